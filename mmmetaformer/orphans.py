# SPDX-License-Identifier: Apache-2.0
"""Ending a process together with its parent, however the parent ends."""

import ctypes
import os
import signal
import sys

__all__ = ['die_with_parent']

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int | None = None) -> None:
    """Let the kernel kill this process when its parent ends, by SIGKILL too.

    Does nothing where the kernel is not Linux.

    Args:
        parent: Process id that the parent had when it started this process; None for
            the present one. If it is gone already, this process ends now.
    """
    if sys.platform != 'linux':
        return
    parent = parent or os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have ended before the kernel was asked.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)

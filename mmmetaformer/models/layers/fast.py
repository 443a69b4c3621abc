# SPDX-License-Identifier: Apache-2.0
"""The switch between the fast ways of computing and the plain ones.

The fast ways give the plain ones' results with less memory or time. The plain ones stay
as the definition: they are what is traced, and what is exported in torch's default way.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ['fast_paths', 'is_fast']


class _Switch(threading.local):
    on = True


_switch = _Switch()


@contextmanager
def fast_paths(enabled: bool) -> Iterator[None]:
    """Take the fast ways in what this thread computes inside, or the plain ones.

    A forward pass and its repetition by activation checkpointing must see the same, and
    what was compiled keeps the ways of its first call: from outside, switch with a
    backbone's argument `fast`.

    Args:
        enabled: Outside of all such contexts they are on.
    """
    before, _switch.on = _switch.on, enabled
    try:
        yield
    finally:
        _switch.on = before


def is_fast(compiled: bool = False) -> bool:
    """Whether to take a fast way now.

    Args:
        compiled: Also in what is compiled: a compiler decides by itself what it fuses
            and keeps, but not by which algorithm a gradient is had.
    """
    if torch.jit.is_tracing():
        return False
    if torch.compiler.is_compiling() and not compiled:
        return False
    return _switch.on

# SPDX-License-Identifier: Apache-2.0
"""Do not print what is meant for debugging.

mmengine's `print_log` without a logger prints at every level. In this way,
onedl-mmdetection 3.5.1 and onedl-mmsegmentation 1.4.2 say at each import that OneDL is
not installed (`mmdet/datasets/__init__.py` and others). Upstream: mmengine 0.10.7 and
onedl-mmengine 0.10.12, `mmengine/logging/logger.py`. Remove this file when `print_log`
prints nothing below `INFO`.
"""

import functools
import logging
from typing import Any

import mmengine.logging

__all__ = ['install']

MARK = '_prints_no_debug'


def install() -> None:
    """Replace the `print_log` that is imported later. Further calls change nothing."""
    original = mmengine.logging.print_log
    if hasattr(original, MARK):
        return

    @functools.wraps(original)
    def print_log(msg: Any, logger: Any = None, level: int = logging.INFO) -> None:
        if logger is not None or level >= logging.INFO:
            original(msg, logger, level)

    setattr(print_log, MARK, True)
    mmengine.logging.print_log = print_log

# SPDX-License-Identifier: Apache-2.0
"""Put what pycocotools prints into the log.

It prints a dozen lines each time it reads or evaluates annotations, such as 'creating
index...', and has no option to leave them out. Upstream: pycocotools 2.0,
`pycocotools/coco.py` and `pycocotools/cocoeval.py`. Remove this file when they use
`logging`.
"""

import builtins
import importlib
import importlib.util
import io
import sys
from typing import Any

from mmengine.logging import print_log

__all__ = ['install']

MODULES = ('pycocotools.coco', 'pycocotools.cocoeval')


def install() -> None:
    """Give these modules a `print` of their own, if they are installed."""
    if importlib.util.find_spec('pycocotools') is None:
        return
    for name in MODULES:
        vars(importlib.import_module(name))['print'] = _print_to_log


def _print_to_log(*values: object, **options: Any) -> None:
    # mmdet catches the table of results that way, and logs it itself.
    if isinstance(sys.stdout, io.StringIO) or 'file' in options:
        builtins.print(*values, **options)
    else:
        print_log(' '.join(map(str, values)), logger='current')

# SPDX-License-Identifier: Apache-2.0
"""Restore `pkgutil.find_loader`, which Python 3.14 removed.

mmengine and mmcv call it to ask whether `mmcv._ext` is there: the first when it builds
an optimizer, the second when it checks for an operator. Upstream: mmengine 0.10.7,
`mmengine/utils/dl_utils/misc.py`; mmcv 2.1.0 and onedl-mmcv 2.3.6,
`mmcv/utils/ext_loader.py`. Remove this file when both call `importlib.util.find_spec`.
"""

import importlib.util
import pkgutil
from importlib.abc import Loader

__all__ = ['install']


def install() -> None:
    """Define `pkgutil.find_loader` if Python has none; further calls change nothing."""
    if not hasattr(pkgutil, 'find_loader'):
        pkgutil.find_loader = _find_loader


def _find_loader(fullname: str) -> Loader | None:
    """Return the loader of a module, or None if there is no such module."""
    spec = importlib.util.find_spec(fullname)
    return None if spec is None else spec.loader

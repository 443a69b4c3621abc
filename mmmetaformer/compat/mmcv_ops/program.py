# SPDX-License-Identifier: Apache-2.0
"""Prepare a program that knows nothing of this package; `mmcv/_ext.py` calls it."""

from typing import Any

from mmmetaformer.compat import find_loader, loader_allows

from .loader import fill

__all__ = ['prepare']


def prepare(namespace: dict[str, Any]) -> None:
    """Add the ops, and what else mmengine needs to run on today's torch and Python.

    A program that trains would otherwise end when it loads its own checkpoint
    (`loader_allows`) or, on Python 3.14, when it builds a model (`find_loader`).

    Args:
        namespace: The globals of `mmcv._ext`.
    """
    fill(namespace)
    find_loader.install()
    loader_allows.install()

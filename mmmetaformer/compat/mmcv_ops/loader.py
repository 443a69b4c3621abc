# SPDX-License-Identifier: Apache-2.0
"""Load the stand-in through a loader, so that import tools see a regular module."""

from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .missing import missing_op
from .provided import PROVIDED

__all__ = ['EXT_NAME', 'StandInLoader', 'fill']

EXT_NAME = 'mmcv._ext'


class StandInLoader(Loader):
    """Load the stand-in.

    mmengine and mmcv check for compiled ops with `pkgutil.find_loader('mmcv._ext')`,
    which returns the loader in the module's `__spec__`. So the module needs one.
    """

    def create_module(self, spec: ModuleSpec) -> None:
        """Return None, so that Python creates a plain module."""

    def exec_module(self, module: ModuleType) -> None:
        """Add the ops."""
        fill(vars(module))


def fill(namespace: dict[str, Any]) -> None:
    """Add the ops, and a function that raises for every other name.

    Args:
        namespace: The globals of `mmcv._ext`.
    """
    namespace.update({op.__name__: op for op in PROVIDED})
    # A module-level `__getattr__` (PEP 562): when mmcv is imported, `load_ext` asserts
    # that the module has every op of mmcv, called later or not.
    namespace['__getattr__'] = missing_op

# SPDX-License-Identifier: Apache-2.0
"""Fills the stand-in module; one loader, so that import tools see a regular module."""

from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType

from .info import get_compiler_version, get_compiling_cuda_version
from .missing import missing_op
from .nms import nms
from .roi_align import roi_align_backward, roi_align_forward
from .sigmoid_focal_loss import sigmoid_focal_loss_backward, sigmoid_focal_loss_forward

__all__ = ['EXT_NAME', 'StandInLoader']

EXT_NAME = 'mmcv._ext'

_PROVIDED = (
    get_compiler_version,
    get_compiling_cuda_version,
    nms,
    roi_align_backward,
    roi_align_forward,
    sigmoid_focal_loss_backward,
    sigmoid_focal_loss_forward,
)


class StandInLoader(Loader):
    """Loader of the stand-in.

    mmengine and mmcv ask ``pkgutil.find_loader('mmcv._ext')``, which returns the
    loader in the module's ``__spec__``, whether ``mmcv.ops`` can be imported. It can,
    so there has to be a loader to return.
    """

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to Python: a plain module will do."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the ops into the module, and a refusal for every other name."""
        for op in _PROVIDED:
            setattr(module, op.__name__, op)
        # A module-level `__getattr__` (PEP 562): `load_ext` asserts at import that
        # every op of mmcv has its name here, whether it is called later or not.
        setattr(module, '__getattr__', missing_op)  # noqa: B010

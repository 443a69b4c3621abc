# SPDX-License-Identifier: Apache-2.0
"""A stand-in for ``mmcv._ext``, the compiled half of mmcv.

Why: mmdet imports ``mmcv.ops``, which imports ``mmcv._ext``. Wheels of mmcv that hold
it exist for few pairs of torch and CUDA, a build from source needs a compiler, and so
this import is the ecosystem's commonest install failure. mmcv-lite installs anywhere
but has no ``mmcv._ext``. The few ops that detection and instance segmentation call are
in torchvision too, so :func:`install` puts those under mmcv's names.

When it can go: when mmcv-lite ships these ops, or mmdet imports without ``mmcv.ops``.
"""

import importlib.util
import logging
import sys

from ...errors import ConfigError
from .loader import EXT_NAME, StandInLoader

__all__ = ['install']

logger = logging.getLogger('mmmetaformer')


def install() -> bool:
    """Make ``mmcv.ops`` importable where mmcv has no compiled ops.

    Call it before mmdet or ``mmcv.ops`` is imported. A compiled mmcv is left alone,
    one that fails to load too: its own error says more than a quiet replacement. Once
    the stand-in is there, further calls change nothing.

    Returns:
        bool: True if the stand-in serves ``mmcv._ext``, False if a compiled mmcv does.

    Raises:
        ConfigError: mmcv is not installed at all.
    """
    if importlib.util.find_spec('mmcv') is None:
        raise ConfigError(
            'mmcv is not installed: `pip install "mmcv-lite>=2.0.0,<2.2.0"` '
            '(pure Python), or a compiled mmcv of the same versions'
        )
    spec = importlib.util.find_spec(EXT_NAME)
    if spec is not None:
        return isinstance(spec.loader, StandInLoader)
    # `sys.modules`, not a finder on `sys.meta_path`: nobody pays for a further finder
    # at every import, and `find_spec` answers from the module's own `__spec__`.
    spec = importlib.util.spec_from_loader(EXT_NAME, StandInLoader())
    assert spec is not None  # it is None only for a name that no loader was given for
    module = importlib.util.module_from_spec(spec)
    StandInLoader().exec_module(module)
    sys.modules[EXT_NAME] = module
    logger.info('mmcv has no compiled ops: torchvision computes those mmdet needs')
    return True

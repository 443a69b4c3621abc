# SPDX-License-Identifier: Apache-2.0
"""Replace `mmcv._ext`, the compiled part of mmcv, by ops of torch and torchvision.

mmdet imports `mmcv.ops`, which imports `mmcv._ext`. Wheels of mmcv with this module
exist for few pairs of torch and CUDA, and a build from source needs a compiler: this
import is the most common install failure of the ecosystem. mmcv-lite installs anywhere
but has no `mmcv._ext`. `install` provides those of its functions that mmdet and mmseg
call, computed with torch and torchvision. `mmmetaformer ops install` does so for every
program of an environment.

Remove this package when mmcv-lite ships these ops, or mmdet imports without `mmcv.ops`.
"""

import importlib.util
import logging
import sys

from mmmetaformer.compat.mmcv_ext_file import is_ours
from mmmetaformer.compat.mmcv_folder import mmcv_folder

from .loader import EXT_NAME, StandInLoader

__all__ = ['install']

logger = logging.getLogger('mmmetaformer')


def install() -> bool:
    """Make `mmcv.ops` importable if mmcv has no compiled ops.

    Call it before mmdet or `mmcv.ops` is imported. A compiled mmcv is not replaced,
    even if it fails to load: its own error says more. Further calls change nothing.

    Returns:
        True if `mmcv._ext` is the stand-in, False if it is that of a compiled mmcv.

    Raises:
        ConfigError: mmcv is not installed.
    """
    mmcv_folder()  # raises an error if there is none
    spec = importlib.util.find_spec(EXT_NAME)
    if spec is not None:
        return isinstance(spec.loader, StandInLoader) or is_ours(spec.origin)
    # In `sys.modules` rather than from a finder on `sys.meta_path`, which would run at
    # every import. `find_spec` then returns the module's own `__spec__`.
    spec = importlib.util.spec_from_loader(EXT_NAME, StandInLoader())
    assert spec is not None  # None only without a loader
    module = importlib.util.module_from_spec(spec)
    StandInLoader().exec_module(module)
    sys.modules[EXT_NAME] = module
    logger.info('mmcv has no compiled ops: using those of torch and torchvision')
    return True

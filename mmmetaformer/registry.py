# SPDX-License-Identifier: Apache-2.0
"""Child registries: a type written `mmmetaformer.NAME` in a config finds this file.

mmengine imports `mmmetaformer.registry` by itself when it meets the scope, and the
`locations` below when a name is first looked up, so users import nothing.
"""

from mmengine.registry import HOOKS as MMENGINE_HOOKS
from mmengine.registry import LOOPS as MMENGINE_LOOPS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import (
    OPTIM_WRAPPER_CONSTRUCTORS as MMENGINE_OPTIM_WRAPPER_CONSTRUCTORS,
)
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS
from mmengine.registry import Registry

__all__ = [
    'HOOKS',
    'LOOPS',
    'MODELS',
    'OPTIM_WRAPPER_CONSTRUCTORS',
    'TOKEN_MIXERS',
    'TRANSFORMS',
]

MODELS = Registry(
    'model',
    parent=MMENGINE_MODELS,
    scope='mmmetaformer',
    locations=['mmmetaformer.models'],
)

HOOKS = Registry(
    'hook',
    parent=MMENGINE_HOOKS,
    scope='mmmetaformer',
    locations=['mmmetaformer.engine'],
)

LOOPS = Registry(
    'loop',
    parent=MMENGINE_LOOPS,
    scope='mmmetaformer',
    locations=['mmmetaformer.engine'],
)

OPTIM_WRAPPER_CONSTRUCTORS = Registry(
    'optimizer wrapper constructor',
    parent=MMENGINE_OPTIM_WRAPPER_CONSTRUCTORS,
    scope='mmmetaformer',
    locations=['mmmetaformer.engine'],
)

TRANSFORMS = Registry(
    'transform',
    parent=MMENGINE_TRANSFORMS,
    scope='mmmetaformer',
    locations=['mmmetaformer.datasets.transforms'],
)

#: Token mixers: `Mixer(dim, **its own named arguments)`, a module that maps
#: (N, dim, H, W) to (N, dim, H, W) for any H and W. Register one of your own with
#: `@TOKEN_MIXERS.register_module('my_mixer')`.
TOKEN_MIXERS = Registry(
    'token mixer',
    scope='mmmetaformer',
    locations=['mmmetaformer.models.token_mixers'],
)

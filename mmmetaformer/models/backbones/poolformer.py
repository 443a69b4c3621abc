# SPDX-License-Identifier: Apache-2.0
"""PoolFormer of "MetaFormer Is Actually What You Need for Vision" (2111.11418)."""

from mmmetaformer.registry import MODELS

from .family import Family
from .sizes import PLAIN_SIZES

__all__ = ['PoolFormer']

# Deeper models start closer to identity in https://github.com/sail-sg/poolformer.
LAYER_SCALES = {'s12': 1e-5, 's24': 1e-5, 's36': 1e-6, 'm36': 1e-6, 'm48': 1e-6}


@MODELS.register_module()
class PoolFormer(Family):
    """Pooling in all stages, GELU, biases and layer scale; no norm when downsampling.

    Sizes s12, s24, s36, m36, m48. See `Family` for the arguments.
    """

    arch_settings = {
        name: {**size, 'layer_scale': LAYER_SCALES[name]}
        for name, size in PLAIN_SIZES.items()
    }
    design = {
        'token_mixers': ('pooling',) * 4,
        'norm': 'gn',
        'downsample_norm': None,
        'act': 'gelu',
        'mlp_bias': True,
        'layer_scale': 1e-5,
        'res_scale': (None,) * 4,
    }

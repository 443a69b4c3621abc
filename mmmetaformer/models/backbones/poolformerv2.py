# SPDX-License-Identifier: Apache-2.0
"""PoolFormerV2 of "MetaFormer Baselines for Vision" (arXiv 2210.13452)."""

from mmmetaformer.registry import MODELS

from .family import Family
from .sizes import PLAIN_SIZES

__all__ = ['PoolFormerV2']


@MODELS.register_module()
class PoolFormerV2(Family):
    """Pooling in all stages, with the block of the later paper, which has no biases.

    Sizes s12, s24, s36, m36, m48. See `Family` for the arguments.
    """

    arch_settings = PLAIN_SIZES
    design = {'token_mixers': ('pooling',) * 4, 'norm': 'gn_no_bias'}

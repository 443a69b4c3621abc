# SPDX-License-Identifier: Apache-2.0
"""CAFormer of "MetaFormer Baselines for Vision" (arXiv 2210.13452)."""

from mmmetaformer.registry import MODELS

from .family import Family
from .sizes import STRONG_SIZES

__all__ = ['CAFormer']


@MODELS.register_module()
class CAFormer(Family):
    """Separable convolutions in the first two stages, self-attention in the last two.

    Sizes s18, s36, m36, b36. See `Family` for the arguments.
    """

    arch_settings = STRONG_SIZES
    design = {'token_mixers': ('sep_conv', 'sep_conv', 'attention', 'attention')}

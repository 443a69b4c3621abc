# SPDX-License-Identifier: Apache-2.0
"""ConvFormer of "MetaFormer Baselines for Vision" (arXiv 2210.13452)."""

from mmmetaformer.registry import MODELS

from .family import Family
from .sizes import STRONG_SIZES

__all__ = ['ConvFormer']


@MODELS.register_module()
class ConvFormer(Family):
    """Separable convolutions in all stages.

    Sizes s18, s36, m36, b36. See `Family` for the arguments.
    """

    arch_settings = STRONG_SIZES
    design = {'token_mixers': ('sep_conv',) * 4}

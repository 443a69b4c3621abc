# SPDX-License-Identifier: Apache-2.0
"""IdentityFormer of "MetaFormer Baselines for Vision" (arXiv 2210.13452)."""

from mmmetaformer.registry import MODELS

from .family import Family
from .sizes import PLAIN_SIZES

__all__ = ['IdentityFormer']


@MODELS.register_module()
class IdentityFormer(Family):
    """No token mixing: only the downsampling layers look at neighbours.

    Sizes s12, s24, s36, m36, m48. See `Family` for the arguments.
    """

    arch_settings = PLAIN_SIZES
    design = {'token_mixers': ('identity',) * 4, 'norm': 'gn_no_bias'}

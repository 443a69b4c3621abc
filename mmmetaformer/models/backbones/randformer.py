# SPDX-License-Identifier: Apache-2.0
"""RandFormer of "MetaFormer Baselines for Vision" (arXiv 2210.13452)."""

from mmmetaformer.registry import MODELS

from .family import Family
from .sizes import PLAIN_SIZES

__all__ = ['RandFormer']


@MODELS.register_module()
class RandFormer(Family):
    """Fixed random matrices mix the positions of the last two stages.

    Sizes s12, s24, s36, m36, m48. See `Family` for the arguments, and
    `RandomMixing` for images of other sizes than 224x224 pixels.
    """

    arch_settings = PLAIN_SIZES
    design = {
        'token_mixers': (
            'identity',
            'identity',
            {'type': 'random_mixing', 'grid': (14, 14)},
            {'type': 'random_mixing', 'grid': (7, 7)},
        ),
        'norm': 'gn_no_bias',
    }

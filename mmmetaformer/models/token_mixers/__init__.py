# SPDX-License-Identifier: Apache-2.0
"""Token mixers, which mix the positions in a block: one a file, one contract.

`Mixer(dim, **its own named arguments)` maps (N, dim, H, W) to (N, dim, H, W) for any
H and W. One with a method `is_cheap()` that returns True may run again in the backward
pass.
"""

from .attention import Attention
from .build import build_token_mixer
from .identity import Identity
from .pooling import Pooling
from .random_mixing import RandomMixing
from .sep_conv import SepConv

__all__ = [
    'Attention',
    'Identity',
    'Pooling',
    'RandomMixing',
    'SepConv',
    'build_token_mixer',
]

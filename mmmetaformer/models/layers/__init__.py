# SPDX-License-Identifier: Apache-2.0
"""The parts of a block. All take and give (N, C, H, W), whatever the strides."""

from .activation import ACTIVATIONS, StarReLU
from .block import MetaFormerBlock
from .depthwise import Depthwise
from .downsampling import Downsampling
from .fast import fast_paths, is_fast
from .init import init_weights
from .mlp import Mlp
from .norm import NORMS, GroupNorm1, LayerNorm2d
from .pointwise import Pointwise
from .recompute import recomputed
from .scale import Scale

__all__ = [
    'ACTIVATIONS',
    'NORMS',
    'Depthwise',
    'Downsampling',
    'GroupNorm1',
    'LayerNorm2d',
    'MetaFormerBlock',
    'Mlp',
    'Pointwise',
    'Scale',
    'StarReLU',
    'fast_paths',
    'init_weights',
    'is_fast',
    'recomputed',
]

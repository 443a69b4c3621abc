# SPDX-License-Identifier: Apache-2.0
"""The parts of a block. All take and give (N, C, H, W), whatever the strides."""

from .activation import ACTIVATIONS, StarReLU
from .block import MetaFormerBlock
from .downsampling import Downsampling
from .init import init_weights
from .mlp import Mlp
from .norm import NORMS, GroupNorm1, LayerNorm2d
from .pointwise import Pointwise
from .recompute import observed, recomputed, set_recompute
from .scale import Scale

__all__ = [
    'ACTIVATIONS',
    'NORMS',
    'Downsampling',
    'GroupNorm1',
    'LayerNorm2d',
    'MetaFormerBlock',
    'Mlp',
    'Pointwise',
    'Scale',
    'StarReLU',
    'init_weights',
    'observed',
    'recomputed',
    'set_recompute',
]

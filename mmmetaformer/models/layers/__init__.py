# SPDX-License-Identifier: Apache-2.0
"""The parts of a block, one a file. All map (N, C, H, W) tensors of any strides."""

from .activation import ACTIVATIONS, StarReLU
from .block import MetaFormerBlock
from .depthwise import Depthwise
from .downsampling import Downsampling
from .drop_path import DropPath
from .efficient import Recomputing, has_hooks, overwriting, reference_kernels
from .init import init_weights
from .mlp import Mlp
from .norm import NORMS, GroupNorm1, LayerNorm2d
from .pointwise import Pointwise
from .scale import Scale

__all__ = [
    'ACTIVATIONS',
    'NORMS',
    'Depthwise',
    'Downsampling',
    'DropPath',
    'GroupNorm1',
    'LayerNorm2d',
    'MetaFormerBlock',
    'Mlp',
    'Pointwise',
    'Recomputing',
    'Scale',
    'StarReLU',
    'has_hooks',
    'init_weights',
    'overwriting',
    'reference_kernels',
]

# SPDX-License-Identifier: Apache-2.0
"""What saves memory and time, with the same results but for rounding.

`Recomputing` stores less for the backward pass; the kernels compute StarReLU in one
pass over memory, LayerNorm faster on GPUs, and the gradients of a depthwise convolution
faster on both. Maps have the order in memory that their device is fastest with.
"""

from . import depthwise
from .autocast import autocast_dtype, to_autocast
from .eager import is_eager
from .kernels import reference_kernels, use_kernels
from .layer_norm import layer_norm
from .memory_order import in_fast_order
from .onednn import runs_in_onednn
from .overwriting import has_hooks, overwriting
from .own_parameters import has_own_parameters
from .recomputing import Recomputing, is_cheap
from .star_relu import star_relu
from .triton_gpus import runs_triton
from .upsampled_conv import saves_time, upsampled_conv2d

__all__ = [
    'Recomputing',
    'autocast_dtype',
    'depthwise',
    'has_hooks',
    'has_own_parameters',
    'in_fast_order',
    'is_cheap',
    'is_eager',
    'layer_norm',
    'overwriting',
    'reference_kernels',
    'runs_in_onednn',
    'runs_triton',
    'saves_time',
    'star_relu',
    'to_autocast',
    'upsampled_conv2d',
    'use_kernels',
]

# SPDX-License-Identifier: Apache-2.0
"""What saves memory and time without changing results.

`Recomputing` stores less for the backward pass; the kernels compute StarReLU in one
pass over memory, LayerNorm faster on GPUs, and the gradients of a depthwise convolution
faster on both.
"""

from . import depthwise
from .autocast import autocast_dtype, to_autocast
from .eager import is_eager
from .kernels import reference_kernels, use_kernels
from .layer_norm import layer_norm
from .onednn import runs_in_onednn
from .overwriting import overwriting
from .recomputing import Recomputing
from .star_relu import star_relu
from .triton_gpus import runs_triton

__all__ = [
    'Recomputing',
    'autocast_dtype',
    'depthwise',
    'is_eager',
    'layer_norm',
    'overwriting',
    'reference_kernels',
    'runs_in_onednn',
    'runs_triton',
    'star_relu',
    'to_autocast',
    'use_kernels',
]

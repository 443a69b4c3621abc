# SPDX-License-Identifier: Apache-2.0
"""What saves memory and time without changing results.

`Recomputing` stores less for the backward pass; the kernels compute StarReLU in one
pass over memory, and the weight gradient of a depthwise convolution faster on CPUs.
"""

from .depthwise import depthwise_conv2d, runs_in_onednn
from .eager import is_eager
from .kernels import reference_kernels, use_kernels
from .overwriting import has_hooks, overwriting
from .recomputing import Recomputing
from .star_relu import star_relu
from .upsampled_conv import saves_time, upsampled_conv2d

__all__ = [
    'Recomputing',
    'depthwise_conv2d',
    'has_hooks',
    'is_eager',
    'overwriting',
    'reference_kernels',
    'runs_in_onednn',
    'saves_time',
    'star_relu',
    'upsampled_conv2d',
    'use_kernels',
]

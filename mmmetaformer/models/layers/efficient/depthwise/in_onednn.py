# SPDX-License-Identifier: Apache-2.0
"""Depthwise convolution on CPUs with a faster gradient of its weight.

oneDNN's kernel for that gradient takes ten times as long as the forward pass. The
gradient is itself a convolution, of the input with the output's gradient as a kernel as
large as the map, for which oneDNN's forward kernel does well::

    d_weight[c, i, j] = sum over y, x of grad[c, y, x] * input[c, y + i - h, x + j - h]

where h is half of the kernel's side, rounded down. It is registered as an operation of
its own, so that a compiler calls it without looking inside.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.utils.flop_counter import register_flop_formula

from .torch_gradients import gradient_of_input

__all__ = ['depthwise_conv2d']

#: Most rows times width of a band.
POSITIONS = 2**14
#: Most channels times positions of a piece: input and gradient stay in the cache
#: between two rows of the result (both measured on maps of 16x16 to 200x336).
ELEMENTS = 2**18
#: Channels of a piece are a multiple of this: one instruction takes 16 floats.
LANES = 16


def depthwise_conv2d(x: Tensor, weight: Tensor) -> Tensor:
    """Return the convolution of each channel with its own kernel, at stride 1.

    Args:
        x: (N, C, H, W), float32 on a CPU.
        weight: (C, 1, k, k), k odd.
    """
    return _DepthwiseConv2d.apply(x, weight)


class _DepthwiseConv2d(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return F.conv2d(x, weight, padding=weight.shape[-1] // 2, groups=len(weight))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        d_x = d_weight = None
        if ctx.needs_input_grad[0]:
            d_x = gradient_of_input(grad, x, weight)
        if ctx.needs_input_grad[1]:
            d_weight = _weight_gradient(x, grad, weight.shape[-1] // 2)
        return d_x, d_weight


@torch.library.custom_op('mmmetaformer::depthwise_weight_gradient', mutates_args=())
def _weight_gradient(x: Tensor, grad: Tensor, half: int) -> Tensor:
    """Return the weight's gradient, (C, 1, k, k) with k = 2 * half + 1.

    Args:
        x: Input of the convolution, (N, C, H, W).
        grad: Gradient of its output, (N, C, H, W).
        half: Half of the kernel's side, rounded down.
    """
    channels, height, width = x.shape[1:]
    rows = max(POSITIONS // width, 1)
    group = max(ELEMENTS // (min(rows, height) * width * LANES), 1) * LANES
    top_and_bottom = half
    if rows < height:  # a band of rows needs its neighbours
        x = F.pad(x, (0, 0, half, half))
        top_and_bottom = 0
    total = x.new_zeros(1, channels, 2 * half + 1, 2 * half + 1)
    # Each image is a batch of one: its pieces keep their memory order and need no copy.
    for i, kernel in enumerate(grad):
        image = x[i : i + 1]
        for c in range(0, channels, group):
            own = slice(c, c + group)
            for y in range(0, height, rows):
                band = kernel[own, None, y : y + rows]
                end = y + band.shape[2] + x.shape[2] - height
                # The backward pass may run inside autocast.
                with torch.autocast('cpu', enabled=False):
                    piece = F.conv2d(
                        image[:, own, y:end],
                        band,
                        padding=(top_and_bottom, half),
                        groups=len(band),
                    )
                total[:, own].add_(piece)
    return total.view(channels, 1, *total.shape[2:])


@_weight_gradient.register_fake
def _(x: Tensor, grad: Tensor, half: int) -> Tensor:
    return x.new_empty(x.shape[1], 1, 2 * half + 1, 2 * half + 1)


@register_flop_formula(torch.ops.mmmetaformer.depthwise_weight_gradient)
def _flops(
    x: Sequence[int], grad: Sequence[int], half: int, out_shape: Any = None
) -> int:
    return 2 * math.prod(x) * (2 * half + 1) ** 2

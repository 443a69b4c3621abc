# SPDX-License-Identifier: Apache-2.0
"""Depthwise convolution, with a faster gradient of its weight on CPUs.

oneDNN's kernel for that gradient takes ten times as long as the forward pass. The
gradient is itself a convolution, of the input with the output's gradient as a kernel as
large as the map, for which oneDNN's forward kernel does well::

    d_weight[c, i, j] = sum over y, x of grad[c, y, x] * input[c, y + i - h, x + j - h]

with h half of the kernel's side, rounded down. It is an operation of its own, which a
compiler takes as it is.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.utils.flop_counter import register_flop_formula

from .fast import is_fast

__all__ = ['Depthwise']

#: What torch was built with; a compiler cannot look into the question.
HAS_ONEDNN = torch.backends.mkldnn.is_available()
#: Rows times width of a band at most.
POSITIONS = 2**14
#: Channels times positions of a piece at most, so that input and gradient stay in the
#: cache between two rows of the result (both measured for maps of 16x16 to 200x336).
ELEMENTS = 2**18
#: The channels of a piece are a multiple of it: one instruction takes 16 floats.
LANES = 16


class Depthwise(nn.Conv2d):
    """Convolution of each channel on its own, at stride 1 and without a bias.

    Args:
        dim: Number of channels.
        kernel_size: Side of the kernel in positions, odd.
    """

    def __init__(self, dim: int, kernel_size: int) -> None:
        super().__init__(
            dim, dim, kernel_size, padding=kernel_size // 2, groups=dim, bias=False
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, dim, H, W) to (N, dim, H, W)."""
        if is_fast(compiled=True) and _takes_onednn(x) and _takes_onednn(self.weight):
            return _OneDNNDepthwise.apply(x, self.weight)
        return super().forward(x)


def _takes_onednn(x: Tensor) -> bool:
    """Whether oneDNN computes with this tensor as it is."""
    plain = x.device.type == 'cpu' and x.dtype == torch.float32
    return plain and HAS_ONEDNN and not torch.is_autocast_enabled('cpu')


class _OneDNNDepthwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return F.conv2d(x, weight, padding=weight.shape[-1] // 2, groups=len(weight))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        half = weight.shape[-1] // 2
        d_x = d_weight = None
        if ctx.needs_input_grad[0]:
            d_x, _, _ = torch.ops.aten.convolution_backward(
                grad,
                x,
                weight,
                None,
                *([1, 1], [half, half], [1, 1]),  # stride, padding, dilation
                *(False, [0, 0], len(weight)),  # transposed, output padding, groups
                [True, False, False],
            )
        if ctx.needs_input_grad[1]:
            d_weight = _weight_gradient(x, grad, half)
        return d_x, d_weight


@torch.library.custom_op('mmmetaformer::depthwise_weight_gradient', mutates_args=())
def _weight_gradient(x: Tensor, grad: Tensor, half: int) -> Tensor:
    """(C, 1, k, k), k = 2 * half + 1, of the convolution from x to what has `grad`."""
    channels, height, width = x.shape[1:]
    rows = max(POSITIONS // width, 1)
    group = max(ELEMENTS // (min(rows, height) * width * LANES), 1) * LANES
    top_and_bottom = half
    if rows < height:  # a band of rows needs its neighbours
        x = F.pad(x, (0, 0, half, half))
        top_and_bottom = 0
    total = x.new_zeros(1, channels, 2 * half + 1, 2 * half + 1)
    # One image as a batch of one: its piece keeps the memory order, and is not copied
    # into another one.
    for i, kernel in enumerate(grad):
        image = x[i : i + 1]
        for c in range(0, channels, group):
            own = slice(c, c + group)
            for y in range(0, height, rows):
                band = kernel[own, None, y : y + rows]
                end = y + band.shape[2] + x.shape[2] - height
                with torch.autocast('cpu', enabled=False):  # though backward be in one
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

# SPDX-License-Identifier: Apache-2.0
"""Call torchvision's kernels of deformable convolution, with mmcv's gradient.

They differ in one place. A sample one pixel before the first row or column, which is
where offsets of zero put those of a padded convolution, is 0 for both, and so is its
gradient for mmcv. torchvision's is the slope towards the map instead. Upstream:
torchvision 0.26, `torchvision/csrc/ops/cpu/deform_conv2d_kernel.cpp`,
`get_coordinate_weight`, the same in `ops/cuda`.
"""

from typing import NamedTuple

import torch
import torchvision  # noqa: F401  (registers torch.ops.torchvision)
from torch import Tensor

from .compute_dtype import compute_dtype
from .safe_offsets import safe_offsets

__all__ = ['ConvShape', 'deform_conv_gradients', 'deform_conv_output']


class ConvShape(NamedTuple):
    """The numbers of a deformable convolution, each pair as height and width."""

    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int
    deform_groups: int

    def flat(self) -> tuple[int, ...]:
        """Return all of them in the order of torchvision's ops."""
        pairs = (*self.stride, *self.padding, *self.dilation)
        return (*pairs, self.groups, self.deform_groups)


def deform_conv_output(
    input: Tensor,
    weight: Tensor,
    offset: Tensor,
    mask: Tensor | None,
    bias: Tensor | None,
    shape: ConvShape,
) -> Tensor:
    """Return the convolution of samples at positions that `offset` moves.

    Args:
        input: Feature maps, (N, C, H, W).
        weight: (C', C / groups, kh, kw).
        offset: y and x of each sample, (N, deform_groups * kh * kw * 2, H', W').
        mask: Factor of each sample, (N, deform_groups * kh * kw, H', W'); None for 1.
        bias: (C',); None for 0.
        shape: Stride, padding and so on.

    Returns:
        (N, C', H', W'), in the dtype that `compute_dtype` chooses for `input`.

    Raises:
        DivergedError: On a CPU, an offset is not finite.
    """
    tensors = _widen(input, weight, offset, mask, bias)
    return torch.ops.torchvision.deform_conv2d(
        *tensors, *shape.flat(), mask is not None
    )


def deform_conv_gradients(
    grad_output: Tensor,
    input: Tensor,
    weight: Tensor,
    offset: Tensor,
    mask: Tensor | None,
    shape: ConvShape,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return the gradients of input, weight, offset, mask and bias.

    Args:
        grad_output: (N, C', H', W').
        input: As in `deform_conv_output`, like the next three.
        weight: (C', C / groups, kh, kw).
        offset: (N, deform_groups * kh * kw * 2, H', W').
        mask: (N, deform_groups * kh * kw, H', W'), or None: its gradient is of no use.
        shape: Stride, padding and so on.

    Raises:
        DivergedError: On a CPU, an offset is not finite.
    """
    x, w, o, m, b = _widen(input, weight, offset, mask, None)
    gradients = torch.ops.torchvision._deform_conv2d_backward(
        grad_output.to(x.dtype).contiguous(),
        *(x, w, o, m, b),
        *shape.flat(),
        mask is not None,
    )
    grad_input, grad_weight, grad_offset, grad_mask, grad_bias = gradients
    _zero_before_the_map(grad_offset, o, shape, weight.shape[2:])
    return grad_input, grad_weight, grad_offset, grad_mask, grad_bias


def _widen(
    input: Tensor,
    weight: Tensor,
    offset: Tensor,
    mask: Tensor | None,
    bias: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return all five in one dtype; torchvision takes empty ones instead of None."""
    dtype = compute_dtype(input)
    x, w, o = (t.detach().to(dtype).contiguous() for t in (input, weight, offset))
    o = safe_offsets(o)
    m = x.new_zeros(len(x), 0) if mask is None else mask.detach().to(dtype).contiguous()
    b = x.new_zeros(len(w)) if bias is None else bias.detach().to(dtype)
    return x, w, o, m, b


def _zero_before_the_map(
    grad_offset: Tensor, offset: Tensor, shape: ConvShape, kernel: torch.Size
) -> None:
    """Set the gradient of samples at exactly -1 in y or x to 0, in place."""
    positions = offset.unflatten(1, (shape.deform_groups, *kernel, 2))
    outside = torch.zeros_like(positions[..., 0, :, :], dtype=torch.bool)
    for axis in (0, 1):
        steps = torch.arange(offset.size(2 + axis), device=offset.device)
        taps = torch.arange(kernel[axis], device=offset.device)
        start = steps * shape.stride[axis] - shape.padding[axis]
        tap = taps * shape.dilation[axis]
        # (kh, 1, H', 1) for the rows, (1, kw, 1, W') for the columns.
        grid = (tap[:, None] + start).unsqueeze(1 - axis).unsqueeze(3 - axis)
        outside |= positions[..., axis, :, :] + grid == -1
    gradients = grad_offset.unflatten(1, (shape.deform_groups, *kernel, 2))
    gradients.masked_fill_(outside.unsqueeze(4), 0)

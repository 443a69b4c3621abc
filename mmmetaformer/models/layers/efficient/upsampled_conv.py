# SPDX-License-Identifier: Apache-2.0
"""Convolution of an upsampled map, computed from the small map.

Bilinear resizing and the shift by a row or column of the kernel are linear maps of rows
and of columns. So every position of the kernel is applied as a 1x1 convolution to the
small map, and two products of matrices resize, shift and add the results::

    out = sum over i, j of  rows[i] @ (weight[:, :, i, j] x) @ columns[j]^T

Twice the height and width leave a quarter of the convolution, and no large input.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ['saves_time', 'upsampled_conv2d']


def saves_time(x: Tensor, weight: Tensor, size: tuple[int, int]) -> bool:
    """Return whether the small map needs less than half of the multiplications.

    Args:
        x: (N, C, h, w).
        weight: (out, C, k, k).
        size: H and W of the upsampled map.
    """
    (height, width), (small_height, small_width) = size, x.shape[2:]
    kernel, channels = weight.shape[3], weight.shape[1]
    small = small_height * small_width
    convolution = kernel * channels * small
    resizing = kernel * small * width + small_height * width * height
    return 2 * (convolution + resizing) < kernel * channels * height * width


def upsampled_conv2d(
    x: Tensor, weight: Tensor, size: tuple[int, int], align_corners: bool
) -> Tensor:
    """Return the convolution, with zero padding, of a map resized bilinearly.

    Args:
        x: (N, C, h, w), float32 or float64.
        weight: (out, C, k, k), k odd.
        size: H and W of the upsampled map and of the output, (N, out, H, W).
        align_corners: As in `torch.nn.functional.interpolate`.
    """
    return _UpsampledConv2d.apply(x, weight, size, align_corners)


class _UpsampledConv2d(torch.autograd.Function):
    # Maps are (h, w, channels) inside, of one image at a time: the products of matrices
    # then need no copies, and intermediate results are small.

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, size: tuple[int, int], align_corners: bool
    ) -> Tensor:
        kernel, out_channels = weight.shape[3], weight.shape[0]
        height, width = x.shape[2:]
        rows = _resize_and_shift(height, size[0], kernel, align_corners, x)
        columns = _resize_and_shift(width, size[1], kernel, align_corners, x)
        # (W, w * k): the result of a row has a column for each column of the kernel.
        columns = columns.permute(1, 2, 0).flatten(1)
        ctx.save_for_backward(x, weight, rows, columns)
        lines = _lines_of_kernel(weight)
        out = x.new_zeros(len(x), size[0], size[1] * out_channels)
        for image, own in zip(x, out, strict=True):
            pixels = _pixels(image)
            for line, shift in zip(lines, rows, strict=True):
                small = (pixels @ line).view(height, width * kernel, out_channels)
                own.addmm_(shift, (columns @ small).flatten(1))
        return out.view(len(x), *size, out_channels).permute(0, 3, 1, 2)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        x, weight, rows, columns = ctx.saved_tensors
        (out_channels, channels, kernel, _), (height, width) = weight.shape, x.shape[2:]
        large_height, large_width = grad.shape[2:]
        lines = _lines_of_kernel(weight)
        d_lines = torch.zeros_like(lines)
        d_x = x.new_zeros(len(x), height * width, channels)
        for image, own, d_image in zip(x, grad, d_x, strict=True):
            pixels = _pixels(image)
            flat = _pixels(own).reshape(large_height, large_width * out_channels)
            for line, d_line, shift in zip(lines, d_lines, rows, strict=True):
                narrow = (shift.t() @ flat).view(height, large_width, out_channels)
                small = (columns.t() @ narrow).view(len(pixels), kernel * out_channels)
                d_line.addmm_(pixels.t(), small)
                d_image.addmm_(small, line.t())
        d_weight = d_lines.view(kernel, channels, kernel, out_channels)
        d_x = d_x.view(len(x), height, width, channels)
        return d_x.permute(0, 3, 1, 2), d_weight.permute(3, 1, 0, 2), None, None


def _resize_and_shift(
    small: int, large: int, kernel: int, align_corners: bool, like: Tensor
) -> Tensor:
    """Return (k, large, small): a matrix for each place of the kernel."""
    eye = torch.eye(small, dtype=like.dtype, device=like.device)[None]
    resized = F.interpolate(eye, large, mode='linear', align_corners=align_corners)
    padded = F.pad(resized[0], (kernel // 2, kernel // 2)).t()
    return torch.stack([padded[i : i + large] for i in range(kernel)])


def _lines_of_kernel(weight: Tensor) -> Tensor:
    """Return (k, C, k * out): for each row of the kernel a map of channels."""
    return weight.permute(2, 1, 3, 0).flatten(2).contiguous()


def _pixels(image: Tensor) -> Tensor:
    """Return (C, h, w) as (h * w, C)."""
    return image.permute(1, 2, 0).reshape(-1, len(image))

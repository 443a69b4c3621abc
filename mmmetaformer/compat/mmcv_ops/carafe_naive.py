# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.carafe_naive_*` with torch, tap by tap.

Each pixel of the upsampled map is a weighted sum of a square of pixels of the input.
A tap stores nothing larger than a map. No matrix is multiplied, which TF32 or autocast
would round.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .compute_dtype import compute_dtype

__all__ = ['carafe_naive_backward', 'carafe_naive_forward']


def carafe_naive_forward(
    features: Tensor,
    masks: Tensor,
    output: Tensor,
    kernel_size: int,
    group_size: int,
    scale_factor: int,
) -> None:
    """Write the upsampled maps to `output`.

    Args:
        features: (N, C, H, W). Outside a map, pixels are 0.
        masks: Weights of the pixels of each square, row by row, for each group of
            channels, (N, group_size * kernel_size^2, H * scale_factor, W * ...).
        output: Written, (N, C, H * scale_factor, W * scale_factor).
        kernel_size: Pixels along a side of the square, odd.
        group_size: Number of groups of channels.
        scale_factor: Pixels of the output along a pixel of the input.
    """
    dtype = compute_dtype(features, masks)
    for image, weights, into in zip(features, masks, output, strict=True):
        factors = _fold(weights.to(dtype), group_size, scale_factor)
        padded = _pad(image.to(dtype), kernel_size, group_size)
        summed = padded.new_zeros(*padded.shape[:2], *factors.shape[2:])
        for tap, rows, columns in _taps(kernel_size, image.shape[1:]):
            pixels = padded[:, :, rows, columns, None, None]
            summed.addcmul_(pixels, factors[:, tap : tap + 1])
        into.copy_(summed.transpose(3, 4).reshape(into.shape))


def carafe_naive_backward(
    top_grad: Tensor,
    features: Tensor,
    masks: Tensor,
    bottom_grad: Tensor,
    mask_grad: Tensor,
    kernel_size: int,
    group_size: int,
    scale_factor: int,
) -> None:
    """Write the gradients of features and masks.

    Args:
        top_grad: Gradient of the output, of its shape.
        features: As in `carafe_naive_forward`, like `masks`.
        masks: (N, group_size * kernel_size^2, H * scale_factor, W * scale_factor).
        bottom_grad: Written, of the shape of `features`.
        mask_grad: Written, of the shape of `masks`.
        kernel_size: Pixels along a side of the square.
        group_size: Number of groups of channels.
        scale_factor: Pixels of the output along a pixel of the input.
    """
    dtype = compute_dtype(features, masks)
    half = kernel_size // 2
    for n, image in enumerate(features):
        padded = _pad(image.to(dtype), kernel_size, group_size)
        factors = _fold(masks[n].to(dtype), group_size, scale_factor)
        direction = _fold(top_grad[n].to(dtype), group_size, scale_factor)
        grad_factors = factors.new_empty(factors.shape)
        grad_padded = padded.new_zeros(padded.shape)
        for tap, rows, columns in _taps(kernel_size, image.shape[1:]):
            pixels = padded[:, :, rows, columns, None, None]
            grad_factors[:, tap] = (direction * pixels).sum(1)
            spread = (direction * factors[:, tap : tap + 1]).sum((4, 5))
            grad_padded[:, :, rows, columns] += spread
        grad_masks = grad_factors.transpose(3, 4).reshape(masks[n].shape)
        mask_grad[n] = grad_masks.to(mask_grad.dtype)
        height, width = image.shape[1:]
        inside = grad_padded[:, :, half : half + height, half : half + width]
        bottom_grad[n] = inside.reshape(image.shape).to(bottom_grad.dtype)


def _pad(image: Tensor, side: int, groups: int) -> Tensor:
    """Return the map with zeros around it, (groups, C / groups, H + ..., W + ...)."""
    return F.pad(image, [side // 2] * 4).unflatten(0, (groups, -1))


def _taps(side: int, size: torch.Size) -> Iterator[tuple[int, slice, slice]]:
    """Yield each pixel of a square, and where the map is that has moved there."""
    for tap in range(side**2):
        top, left = divmod(tap, side)
        yield tap, slice(top, top + size[0]), slice(left, left + size[1])


def _fold(map: Tensor, groups: int, scale: int) -> Tensor:
    """Return an upsampled map as (groups, channels, H, W, scale, scale)."""
    height, width = (length // scale for length in map.shape[1:])
    split = map.reshape(groups, -1, height, scale, width, scale)
    return split.transpose(3, 4)

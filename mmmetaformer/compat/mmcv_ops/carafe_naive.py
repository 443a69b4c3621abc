# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.carafe_naive_*` with torch, image by image.

Each pixel of the upsampled map is a weighted sum of a square of pixels of the input.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from .compute_dtype import compute_dtype
from .without_autocast import without_autocast

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
        squares = _squares(image.to(dtype), kernel_size, group_size)
        factors = _fold(weights.to(dtype), group_size, scale_factor)
        with without_autocast(features):
            summed = torch.einsum('gckhw,gkhwab->gchawb', squares, factors)
        into.copy_(summed.reshape(into.shape))


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
    side = kernel_size
    for n, image in enumerate(features):
        squares = _squares(image.to(dtype), side, group_size)
        factors = _fold(masks[n].to(dtype), group_size, scale_factor)
        direction = _fold(top_grad[n].to(dtype), group_size, scale_factor)
        with without_autocast(features):
            grad_factors = torch.einsum('gchwab,gckhw->gkhawb', direction, squares)
            grad_squares = torch.einsum('gchwab,gkhwab->gckhw', direction, factors)
        mask_grad[n] = grad_factors.reshape(masks[n].shape).to(mask_grad.dtype)
        # The transpose of cutting out squares adds them up.
        columns = grad_squares.reshape(1, -1, image[0].numel())
        added = F.fold(columns, image.shape[1:], side, padding=side // 2)
        bottom_grad[n] = added[0].to(bottom_grad.dtype)


def _squares(image: Tensor, side: int, groups: int) -> Tensor:
    """Return the square around each pixel, (groups, C / groups, side^2, H, W)."""
    cut = F.unfold(image.unsqueeze(0), side, padding=side // 2)
    return cut.view(groups, -1, side * side, *image.shape[1:])


def _fold(map: Tensor, groups: int, scale: int) -> Tensor:
    """Return an upsampled map as (groups, channels, H, W, scale, scale)."""
    height, width = (length // scale for length in map.shape[1:])
    split = map.reshape(groups, -1, height, scale, width, scale)
    return split.transpose(3, 4)

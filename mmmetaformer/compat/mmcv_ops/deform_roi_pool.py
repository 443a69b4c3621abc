# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.deform_roi_pool_*` with torch's `grid_sample`."""

import torch
from torch import Tensor

from .check_rois import check_rois
from .compute_dtype import compute_dtype
from .moved_bins import PoolShape, average_in_bins, parts_of_rois

__all__ = ['deform_roi_pool_backward', 'deform_roi_pool_forward']


def deform_roi_pool_forward(
    input: Tensor,
    rois: Tensor,
    offset: Tensor,
    output: Tensor,
    pooled_height: int,
    pooled_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    gamma: float,
) -> None:
    """Write the average of the bilinear samples in each moved bin to `output`.

    Args:
        input: Feature maps, (N, C, H, W).
        rois: Rows of image index, x1, y1, x2, y2, (K, 5).
        offset: How far each bin moves in x and y, in `gamma` times the width and height
            of the RoI, (K, 2, pooled_height, pooled_width); empty for 0.
        output: Zeros; written, (K, C, pooled_height, pooled_width).
        pooled_height: Number of bins from top to bottom.
        pooled_width: Number of bins from left to right.
        spatial_scale: Factor from the coordinates of the RoIs to the feature map.
        sampling_ratio: Number of samples of a bin in each direction; 0 for the length
            of the bin in pixels, rounded up.
        gamma: Factor of the offsets.

    Raises:
        DivergedError: On a CPU, a RoI is not finite or of no image.
    """
    check_rois('DeformRoIPool', rois, len(input), upright_only=False)
    shape = PoolShape(
        (pooled_height, pooled_width), spatial_scale, sampling_ratio, gamma
    )
    dtype = compute_dtype(input, rois)
    for image, which, grid in parts_of_rois(rois.to(dtype), input.size(1), shape):
        moves = offset[which].to(dtype) if offset.numel() else None
        maps = input[image].to(dtype)
        pooled = average_in_bins(maps, rois[which, 1:].to(dtype), moves, grid, shape)
        output[which] = pooled.to(output.dtype)


def deform_roi_pool_backward(
    grad_output: Tensor,
    input: Tensor,
    rois: Tensor,
    offset: Tensor,
    grad_input: Tensor,
    grad_offset: Tensor,
    pooled_height: int,
    pooled_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    gamma: float,
) -> None:
    """Write the gradients of the feature maps and the offsets.

    Samples are computed again. The gradient of an offset is that of the samples; mmcv's
    extrapolates where a sample is less than a pixel outside the map.

    Args:
        grad_output: (K, C, pooled_height, pooled_width).
        input: As in `deform_roi_pool_forward`, like `rois` and `offset`.
        rois: (K, 5).
        offset: (K, 2, pooled_height, pooled_width), or empty.
        grad_input: Zeros; written, (N, C, H, W).
        grad_offset: Written, of the shape of `offset`.
        pooled_height: Number of bins from top to bottom.
        pooled_width: Number of bins from left to right.
        spatial_scale: Factor from the coordinates of the RoIs to the feature map.
        sampling_ratio: Number of samples of a bin in each direction, or 0.
        gamma: Factor of the offsets.
    """
    shape = PoolShape(
        (pooled_height, pooled_width), spatial_scale, sampling_ratio, gamma
    )
    dtype = compute_dtype(input, rois)
    total = torch.zeros_like(grad_input, dtype=dtype)
    for image, which, grid in parts_of_rois(rois.to(dtype), input.size(1), shape):
        maps = input[image].detach().to(dtype, copy=True).requires_grad_()
        inputs = [maps]
        if offset.numel():
            moves = offset[which].detach().to(dtype, copy=True).requires_grad_()
            inputs.append(moves)
        with torch.enable_grad():
            pooled = average_in_bins(
                maps,
                rois[which, 1:].to(dtype),
                moves if offset.numel() else None,
                grid,
                shape,
            )
        grads = torch.autograd.grad(pooled, inputs, grad_output[which].to(dtype))
        total[image] += grads[0]
        if offset.numel():
            grad_offset[which] = grads[1].to(grad_offset.dtype)
    grad_input.copy_(total)

# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.roi_align_*` with torchvision, as mmcv-lite does not have them."""

import torch
import torchvision  # noqa: F401  (registers torch.ops.torchvision)
from torch import Tensor

from .check_rois import check_rois
from .compute_dtype import compute_dtype
from .missing import needs_compiled_mmcv

__all__ = ['roi_align_backward', 'roi_align_forward']


def roi_align_forward(
    input: Tensor,
    rois: Tensor,
    output: Tensor,
    argmax_y: Tensor,
    argmax_x: Tensor,
    aligned_height: int,
    aligned_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    pool_mode: int,
    aligned: bool,
) -> None:
    """Write the average of the bilinear samples in each bin of each RoI to `output`.

    Args:
        input: Feature maps, (N, C, H, W).
        rois: Rows of image index, x1, y1, x2, y2, (K, 5).
        output: Written, (K, C, aligned_height, aligned_width).
        argmax_y: Unused; maximum pooling would write it.
        argmax_x: Unused, like `argmax_y`.
        aligned_height: Number of bins from top to bottom.
        aligned_width: Number of bins from left to right.
        spatial_scale: Factor from the coordinates of the RoIs to the feature map.
        sampling_ratio: Number of samples of a bin in each direction; 0 for the length
            of the bin in pixels, rounded up.
        pool_mode: 1 for the average; 0, the maximum, is refused.
        aligned: Whether pixel centers have half coordinates.

    Raises:
        RuntimeError: `pool_mode` is 0.
        DivergedError: On a CPU, a RoI is not finite, inverted or of no image.
    """
    _refuse_max(pool_mode)
    check_rois('RoIAlign', rois, len(input), upright_only=aligned)
    dtype = compute_dtype(input, rois)
    pooled = torch.ops.torchvision.roi_align(
        input.to(dtype),
        rois.to(dtype),
        spatial_scale,
        aligned_height,
        aligned_width,
        sampling_ratio,
        aligned,
    )
    output.copy_(pooled)


def roi_align_backward(
    grad_output: Tensor,
    rois: Tensor,
    argmax_y: Tensor,
    argmax_x: Tensor,
    grad_input: Tensor,
    aligned_height: int,
    aligned_width: int,
    spatial_scale: float,
    sampling_ratio: int,
    pool_mode: int,
    aligned: bool,
) -> None:
    """Write the gradient of the feature maps to `grad_input`.

    Args:
        grad_output: (K, C, aligned_height, aligned_width).
        rois: (K, 5).
        argmax_y: Unused; maximum pooling would read it.
        argmax_x: Unused, like `argmax_y`.
        grad_input: Written, (N, C, H, W).
        aligned_height: Number of bins from top to bottom.
        aligned_width: Number of bins from left to right.
        spatial_scale: Factor from the coordinates of the RoIs to the feature map.
        sampling_ratio: Number of samples of a bin in each direction, or 0.
        pool_mode: 1 for the average; 0, the maximum, is refused.
        aligned: Whether pixel centers have half coordinates.

    Raises:
        RuntimeError: `pool_mode` is 0.
    """
    _refuse_max(pool_mode)
    dtype = compute_dtype(grad_output, rois)
    # The op that torchvision's autograd formula calls. Differentiating its public
    # `roi_align` would give the same gradient but repeat the forward pass.
    grad = torch.ops.torchvision._roi_align_backward(
        grad_output.to(dtype),
        rois.to(dtype),
        spatial_scale,
        aligned_height,
        aligned_width,
        *grad_input.shape,
        sampling_ratio,
        aligned,
    )
    grad_input.copy_(grad)


def _refuse_max(pool_mode: int) -> None:
    if pool_mode != 1:
        raise needs_compiled_mmcv("RoIAlign with pool_mode='max' instead of 'avg'")

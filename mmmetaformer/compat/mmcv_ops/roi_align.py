# SPDX-License-Identifier: Apache-2.0
"""``mmcv._ext.roi_align_*`` by torchvision; needed while mmcv-lite has no such ops."""

import torch
import torchvision  # noqa: F401  (registers torch.ops.torchvision)
from torch import Tensor

from ...errors import ConfigError
from .missing import COMPILED_MMCV
from .precision import compute_dtype

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
    """Average bilinear samples of each RoI's bins into ``output``, in place.

    Args:
        input (Tensor): Feature maps, shape (N, C, H, W).
        rois (Tensor): Rows of image index, x1, y1, x2, y2, shape (K, 5).
        output (Tensor): Written, shape (K, C, aligned_height, aligned_width).
        argmax_y (Tensor): Untouched: only maximum pooling fills it.
        argmax_x (Tensor): Untouched, as ``argmax_y``.
        aligned_height (int): Bins of a RoI from top to bottom.
        aligned_width (int): Bins of a RoI from left to right.
        spatial_scale (float): From the RoIs' coordinates to the feature map's.
        sampling_ratio (int): Samples of a bin in each direction; 0 for as many as the
            bin is pixels long, rounded up.
        pool_mode (int): 0 for the maximum, which is refused, 1 for the average.
        aligned (bool): Whether pixel centres lie at half coordinates.

    Raises:
        ConfigError: ``pool_mode`` is 0.
    """
    _refuse_max(pool_mode)
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
    """Write the gradient of the feature maps into ``grad_input``, in place.

    Args:
        grad_output (Tensor): Shape (K, C, aligned_height, aligned_width).
        rois (Tensor): See :func:`roi_align_forward`, as all that follow.
        argmax_y (Tensor): Unused: only maximum pooling needs it.
        argmax_x (Tensor): Unused, as ``argmax_y``.
        grad_input (Tensor): Written, shape (N, C, H, W).
        aligned_height (int): Bins of a RoI from top to bottom.
        aligned_width (int): Bins of a RoI from left to right.
        spatial_scale (float): From the RoIs' coordinates to the feature map's.
        sampling_ratio (int): Samples of a bin in each direction, or 0.
        pool_mode (int): 1 for the average.
        aligned (bool): Whether pixel centres lie at half coordinates.

    Raises:
        ConfigError: ``pool_mode`` is 0.
    """
    _refuse_max(pool_mode)
    dtype = compute_dtype(grad_output, rois)
    # The op that torchvision's own autograd formula calls. Autograd through its public
    # `roi_align` would repeat the forward pass for the same numbers.
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
        raise ConfigError(
            "RoIAlign of torchvision has no pool_mode='max', only 'avg'. To use the "
            f'maximum, install {COMPILED_MMCV}'
        )

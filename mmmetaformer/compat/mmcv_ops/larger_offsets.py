# SPDX-License-Identifier: Apache-2.0
"""Read offsets of modulated deformable convolution that belong to a larger output.

mmcv's op does not check their height and width: for each image it reads as many values
as the output has positions, in the order of memory. mmdet's DyHead relies on this: it
convolves the next, smaller level with the offsets of the current one. Upstream: mmcv
2.1.0, `mmcv/ops/csrc/pytorch/modulated_deform_conv.cpp`.
"""

import torch
from torch import Tensor

__all__ = ['as_mmcv_reads']


def as_mmcv_reads(values: Tensor, size: torch.Size) -> Tensor:
    """Return the part of offsets or masks that mmcv reads, as a view.

    Args:
        values: (N, C, H, W), contiguous unless it has the size of the output.
        size: Height and width of the output, H' and W'.

    Returns:
        (N, C, H', W'), or `values` as they are if they are too few.
    """
    number = size.numel()
    if values.shape[2:] == size or values.shape[2:].numel() < number:
        return values
    channels = values.size(1)
    flat = values.view(len(values), -1)[:, : channels * number]
    return flat.view(len(values), channels, *size)

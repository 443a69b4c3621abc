# SPDX-License-Identifier: Apache-2.0
"""Compute the IoU of one box with others."""

import torch
from torch import Tensor

__all__ = ['overlaps']


def overlaps(box: Tensor, boxes: Tensor, offset: int) -> Tensor:
    """Return the IoU of one box with each of the others, (N,).

    Args:
        box: Corners x1, y1, x2, y2, (4,).
        boxes: The same for each box, (N, 4).
        offset: 0, or 1 if x2 and y2 are the last pixels inside the box.
    """
    low = torch.maximum(box[:2], boxes[:, :2])
    high = torch.minimum(box[2:], boxes[:, 2:])
    common = (high - low + offset).clamp(min=0).prod(1)
    areas = (boxes[:, 2:] - boxes[:, :2] + offset).prod(1)
    # In this order, as sums of floats depend on it.
    return common / ((box[2:] - box[:2] + offset).prod() + areas - common)

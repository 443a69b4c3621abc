# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.nms_match` with NumPy, on the CPU as in mmcv."""

import numpy as np
from torch import Tensor

from .compute_dtype import compute_dtype
from .overlap import areas_of, overlaps

__all__ = ['nms_match']


def nms_match(dets: Tensor, iou_threshold: float) -> list[list[int]]:
    """Return the groups of boxes that greedy non-maximum suppression forms.

    Args:
        dets: Corners x1, y1, x2, y2 and the score of each box, (N, 5).
        iou_threshold: A box is in the group of a box of a higher score if their IoU is
            at least this. (`nms` keeps a box whose IoU equals the threshold.)

    Returns:
        Indices of the boxes in each group, highest score first.
    """
    rows = dets.detach().to(compute_dtype(dets))
    boxes = rows[:, :4].numpy().T.copy()  # (4, N)
    areas = areas_of(boxes, 0)
    threshold = np.float32(iou_threshold)
    left = rows[:, 4].argsort(descending=True, stable=True).numpy()
    groups = []
    while len(left):
        first, rest = left[0], left[1:]
        iou = overlaps(boxes[:, first], areas[first], boxes[:, rest], areas[rest], 0)
        joins = iou >= threshold
        groups.append([int(first), *rest[joins].tolist()])
        left = rest[~joins]
    return groups

# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.nms_match` with torch, on the CPU."""

import torch
from torch import Tensor

from .compute_dtype import compute_dtype
from .overlap import overlaps

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
    dets = dets.to(compute_dtype(dets))
    boxes = dets[:, :4]
    threshold = torch.tensor(iou_threshold, dtype=torch.float32)
    left = dets[:, 4].argsort(descending=True, stable=True)
    groups = []
    while len(left):
        first, rest = left[0], left[1:]
        joins = overlaps(boxes[first], boxes[rest], offset=0) >= threshold
        groups.append([int(first), *rest[joins].tolist()])
        left = rest[~joins]
    return groups

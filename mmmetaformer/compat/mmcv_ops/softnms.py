# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.softnms` with NumPy, on the CPU as in mmcv."""

import numpy as np
import torch
from torch import Tensor

from .compute_dtype import compute_dtype
from .overlap import Numbers, areas_of, overlaps

__all__ = ['softnms']

# Of `method`; 0 is 'naive'.
LINEAR, GAUSSIAN = 1, 2


def softnms(
    boxes: Tensor,
    scores: Tensor,
    dets: Tensor,
    iou_threshold: float,
    sigma: float,
    min_score: float,
    method: int,
    offset: int,
) -> Tensor:
    """Return the boxes that soft non-maximum suppression keeps, and their new scores.

    The box of the highest score is kept, and the scores of the others are lowered by
    their IoU with it; those that fall below `min_score` are dropped. And so on with
    what is left.

    Args:
        boxes: Corners x1, y1, x2, y2, (N, 4).
        scores: (N,).
        dets: The first K rows are written: corners and new score, (N, 5).
        iou_threshold: From this IoU on, 'naive' (0) sets a score to 0, and 'linear' (1)
            multiplies it by 1 - IoU.
        sigma: 'gaussian' (2) multiplies every score by exp(-IoU^2 / sigma).
        min_score: A score below this drops the box, once another box is kept.
        method: 0, 1 or 2.
        offset: 0, or 1 if x2 and y2 are the last pixels inside the box.

    Returns:
        Indices of the kept boxes in the order in which they were kept, int64, (K,).
    """
    dtype = compute_dtype(boxes, scores)
    # Copies: both are changed in place. (4, N)
    corners = boxes.detach().to(dtype).numpy().T.copy()
    marks = scores.detach().to(dtype).numpy().copy()
    areas = areas_of(corners, offset)
    # mmcv compares with float32 numbers.
    threshold, lowest = np.float32(iou_threshold), np.float32(min_score)
    left = np.arange(len(marks))
    kept = []
    while len(left):
        top = _best(marks)
        kept.append((left[top], *corners[:, top], marks[top]))
        box, area = corners[:, top].copy(), areas[top]
        # As in mmcv: the first box moves to where the best one was.
        for array in (left, marks, areas, corners):
            array[..., top] = array[..., 0]
        left, marks, areas, corners = left[1:], marks[1:], areas[1:], corners[:, 1:]
        iou = overlaps(box, area, corners, areas, offset)
        if method == GAUSSIAN:
            marks *= np.exp(-(iou * iou) / marks.dtype.type(sigma))
        else:
            high = iou >= threshold
            marks[high] *= 1 - iou[high] if method == LINEAR else 0
        stay = _survivors(~(marks < lowest))
        left, marks, areas = left[stay], marks[stay], areas[stay]
        corners = corners[:, stay]
    rows = torch.tensor(np.array(kept).reshape(-1, 6))
    dets[: len(kept)] = rows[:, 1:]
    return rows[:, 0].long()


def _best(scores: Numbers) -> int:
    """Return the first of the highest scores.

    As in mmcv, nothing is higher than a first score that is NaN. The IoU of two boxes
    without area is.
    """
    top = int(scores.argmax())
    if not np.isnan(scores[top]):  # NumPy finds a NaN first
        return top
    return 0 if np.isnan(scores[0]) else int(np.nanargmax(scores))


def _survivors(stays: Numbers) -> Numbers:
    """Return the rows that stay in mmcv's order, on which ties depend.

    mmcv puts the last row that stays in the place of the first one that does not, and
    so on.
    """
    count = int(stays.sum())
    order = np.arange(count)
    gaps = np.flatnonzero(~stays[:count])
    order[gaps] = count + np.flatnonzero(stays[count:])[::-1]
    return order

# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.softnms` with torch, on the CPU."""

import torch
from torch import Tensor

from .compute_dtype import compute_dtype
from .overlap import overlaps

__all__ = ['softnms']

NAIVE, LINEAR, GAUSSIAN = 0, 1, 2


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
    boxes, scores = boxes.to(dtype), scores.to(dtype)
    # mmcv compares with float32 numbers.
    threshold, lowest = torch.tensor([iou_threshold, min_score], dtype=torch.float32)
    left = torch.arange(len(boxes))
    kept: list[int] = []
    while len(left):
        top = _best(scores)
        dets[len(kept), :4] = boxes[top]
        dets[len(kept), 4] = scores[top]
        kept.append(int(left[top]))
        # As in mmcv: the first box moves to where the best one was.
        order = torch.arange(len(left))
        order[top] = 0
        rest = order[1:]
        iou = overlaps(boxes[top], boxes[rest], offset)
        if method == GAUSSIAN:
            factor = torch.exp(-(iou**2) / sigma)
        else:
            lowered = 1 - iou if method == LINEAR else torch.zeros_like(iou)
            factor = torch.where(iou >= threshold, lowered, 1)
        left, boxes, scores = left[rest], boxes[rest], scores[rest] * factor
        stay = _survivors(~(scores < lowest))
        left, boxes, scores = left[stay], boxes[stay], scores[stay]
    return torch.tensor(kept, dtype=torch.int64)


def _best(scores: Tensor) -> int:
    """Return the first of the highest scores.

    As in mmcv, nothing is higher than a first score that is NaN. The IoU of two boxes
    without area is.
    """
    if scores[0].isnan():
        return 0
    return int(scores.nan_to_num(nan=-torch.inf).argmax())


def _survivors(stays: Tensor) -> Tensor:
    """Return the rows that stay in mmcv's order, on which ties depend.

    mmcv puts the last row that stays in the place of the first one that does not, and
    so on.
    """
    count = int(stays.sum())
    order = torch.arange(count)
    gaps = torch.nonzero(~stays[:count])[:, 0]
    order[gaps] = count + torch.nonzero(stays[count:])[:, 0].flip(0)
    return order

# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.nms` with torchvision, as long as mmcv-lite does not have it."""

import torch
import torchvision  # noqa: F401  (registers torch.ops.torchvision)
from torch import Tensor

from .compute_dtype import compute_dtype

__all__ = ['nms']


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int) -> Tensor:
    """Return the boxes that greedy non-maximum suppression keeps.

    Args:
        boxes: Corners x1, y1, x2, y2, (N, 4).
        scores: (N,).
        iou_threshold: A box is suppressed if its IoU with a kept box of a higher score
            is above this.
        offset: 0, or 1 if x2 and y2 are the last pixels inside the box: its width is
            `x2 - x1 + offset`.

    Returns:
        Indices of the kept boxes, highest score first, int64, (K,).
    """
    dtype = compute_dtype(boxes, scores)
    boxes = boxes.to(dtype)
    if offset:
        # Adding `offset` to all x2 and y2 adds it to all widths, heights and overlaps.
        boxes = boxes + boxes.new_tensor([0, 0, offset, offset])
    # mmcv compares IoUs with a threshold in their dtype, torchvision with a double.
    # Rounding the threshold first makes them agree if an IoU equals it: the float32
    # of 3/5, for example, is larger than the double 0.6.
    threshold = torch.tensor(iou_threshold, dtype=dtype).item()
    return torch.ops.torchvision.nms(boxes, scores.to(dtype), threshold)

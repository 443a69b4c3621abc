# SPDX-License-Identifier: Apache-2.0
"""``mmcv._ext.nms`` by torchvision; needed while mmcv-lite has no such op."""

import torch
import torchvision  # noqa: F401  (registers torch.ops.torchvision)
from torch import Tensor

from .precision import compute_dtype

__all__ = ['nms']


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, offset: int) -> Tensor:
    """Greedy non-maximum suppression.

    Args:
        boxes (Tensor): Corners x1, y1, x2, y2, shape (N, 4).
        scores (Tensor): Shape (N,).
        iou_threshold (float): A box goes if its IoU with a kept box of a higher score
            is larger than this.
        offset (int): 0, or 1 where x2 and y2 are the last pixels inside the box: its
            width is ``x2 - x1 + offset``.

    Returns:
        Tensor: Indices of the kept boxes, highest score first, int64, shape (K,).
    """
    dtype = compute_dtype(boxes, scores)
    boxes = boxes.to(dtype)
    if offset:
        # All widths, heights and overlaps grow by `offset` if all x2 and y2 do.
        boxes = boxes + boxes.new_tensor([0, 0, offset, offset])
    # mmcv compares IoUs with a threshold of their own dtype, torchvision with a
    # double. Rounded first, both decide alike when an IoU is the threshold: 3/5 and
    # 0.6, say, where the float32 of the one is larger than the double of the other.
    threshold = torch.tensor(iou_threshold, dtype=dtype).item()
    return torch.ops.torchvision.nms(boxes, scores.to(dtype), threshold)

# SPDX-License-Identifier: Apache-2.0
"""How much boxes overlap. A box is x1, y1, x2, y2."""

import numpy as np

__all__ = ['iou', 'share_inside']


def iou(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return the intersection over union of boxes, 0 where the union is empty.

    Args:
        ours: (..., 4); `boxes[:, None]` to compare each with each.
        theirs: (..., 4), of a shape that broadcasts with that of `ours`.
    """
    inner = _shared(ours, theirs)
    return _ratio(inner, _areas(ours) + _areas(theirs) - inner)


def share_inside(boxes: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """Return the share of each box's area that lies in a region, as `iou` does."""
    return _ratio(_shared(boxes, regions), _areas(boxes))


def _areas(boxes: np.ndarray) -> np.ndarray:
    return (boxes[..., 2:] - boxes[..., :2]).clip(min=0).prod(-1)


def _shared(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    low = np.maximum(ours[..., :2], theirs[..., :2])
    high = np.minimum(ours[..., 2:], theirs[..., 2:])
    return (high - low).clip(min=0).prod(-1)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(part.shape, part.dtype), where=whole > 0)

# SPDX-License-Identifier: Apache-2.0
"""Compare the objects that two detectors found."""

import numpy as np
from torch import Tensor

__all__ = ['missing_objects']

IOU = 0.99  # of boxes of the same object


def missing_objects(
    wanted: dict[str, Tensor], given: dict[str, np.ndarray]
) -> tuple[float, float]:
    """Return the share of objects without a counterpart, and how far the others are.

    Objects with nearly equal scores may change places, so they are matched: the same
    label, and an IoU of 0.99.

    Args:
        wanted: `boxes` (K, 4), `scores` (K,), `labels` (K,), and perhaps `masks`
            (K, h, w), each a probability.
        given: The same of the other detector.

    Returns:
        The share, of the longer of the two lists; the largest difference of scores and
        masks among those that have one.
    """
    ours = {name: tensor.numpy() for name, tensor in wanted.items()}
    longest = max(len(ours['scores']), len(given['scores']))
    if not longest:
        return 0.0, 0.0
    same = (ours['labels'][:, None] == given['labels']) & (
        _ious(ours['boxes'], given['boxes']) >= IOU
    )
    distance = 0.0
    matched = 0
    for i, row in enumerate(same):
        found = np.flatnonzero(row)
        if not len(found):
            continue
        # Of several boxes in nearly one place, the one with the nearest score.
        away = np.abs(given['scores'][found] - ours['scores'][i])
        other = found[away.argmin()]
        distance = max(distance, float(away.min()))
        if 'masks' in ours:
            difference = np.abs(given['masks'][other] - ours['masks'][i]).max()
            distance = max(distance, float(difference))
        same[:, other] = False
        matched += 1
    return 1 - matched / longest, distance


def _ious(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return the IoU of each of (K, 4) boxes with each of (M, 4)."""
    low = np.maximum(ours[:, None, :2], theirs[None, :, :2])
    high = np.minimum(ours[:, None, 2:], theirs[None, :, 2:])
    both = np.prod((high - low).clip(0), -1)
    areas = [
        np.prod((boxes[:, 2:] - boxes[:, :2]).clip(0), -1) for boxes in (ours, theirs)
    ]
    union = areas[0][:, None] + areas[1] - both
    # Boxes without an area are the same if their corners are.
    return np.where(union > 0, both / np.where(union > 0, union, 1), 1.0)

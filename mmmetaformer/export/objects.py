# SPDX-License-Identifier: Apache-2.0
"""Compare the objects that two detectors found."""

import numpy as np
from torch import Tensor

from mmmetaformer.boxes import iou

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
    same = (ours['labels'][:, None] == given['labels']) & _same_place(
        ours['boxes'][:, None], given['boxes']
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


def _same_place(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return whether (..., 4) boxes are of the same object."""
    # A box without an area has no IoU.
    return (iou(ours, theirs) >= IOU) | np.isclose(ours, theirs).all(-1)

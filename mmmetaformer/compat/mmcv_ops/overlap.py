# SPDX-License-Identifier: Apache-2.0
"""Compute the IoU of one box with others, in NumPy.

The two ops that loop over boxes on a CPU call it once for each box: NumPy's calls cost
a fraction of torch's there.
"""

from typing import Any, TypeAlias

import numpy as np

__all__ = ['Numbers', 'areas_of', 'overlaps']

Numbers: TypeAlias = 'np.ndarray[Any, np.dtype[Any]]'


def areas_of(boxes: Numbers, offset: int) -> Numbers:
    """Return the area of each box, (N,).

    Args:
        boxes: x1, y1, x2, y2 of all boxes, (4, N).
        offset: 0, or 1 if x2 and y2 are the last pixels inside the box.
    """
    return (boxes[2] - boxes[0] + offset) * (boxes[3] - boxes[1] + offset)


def overlaps(
    box: Numbers, area: Numbers, boxes: Numbers, areas: Numbers, offset: int
) -> Numbers:
    """Return the IoU of one box with each of the others, (N,); NaN without any area.

    Args:
        box: x1, y1, x2, y2, (4,).
        area: Its area.
        boxes: (4, N).
        areas: (N,).
        offset: As in `areas_of`.
    """
    sides = np.minimum(box[2:, None], boxes[2:]) - np.maximum(box[:2, None], boxes[:2])
    sides = np.maximum(sides + offset, 0)
    common = sides[0] * sides[1]
    with np.errstate(divide='ignore', invalid='ignore'):
        # In this order, as sums of floats depend on it.
        return common / (area + areas - common)

# SPDX-License-Identifier: Apache-2.0
"""Whether boxes have another form than [x, y, width, height] in pixels."""

from collections.abc import Callable

import numpy as np

__all__ = ['are_corners', 'are_fractions']

TOLERANCE = 2.0  # pixels, and this share of the side:
SHARE = 0.05


def are_fractions(boxes: np.ndarray, sizes: np.ndarray) -> bool:
    """Return whether boxes are in fractions of the image rather than in pixels."""
    inside = boxes.max() <= 1 and boxes.min() >= 0
    return bool(inside and (boxes % 1 > 0).any() and np.nanmin(sizes, initial=9) > 2)


def are_corners(
    boxes: np.ndarray,
    sizes: np.ndarray,
    areas: np.ndarray,
    extent: Callable[[int], tuple[float, float, float, float] | None],
    known: np.ndarray,
    outside: np.ndarray,
) -> bool:
    """Return whether the last two numbers are a corner rather than a size."""
    x, y, w, h = boxes.T
    with np.errstate(invalid='ignore'):
        fits = (w > x) & (h > y) & (w <= sizes[:, 0] + 1) & (h <= sizes[:, 1] + 1)
    if (known & ~fits).sum() > 0.01 * known.sum():
        return False
    indices = np.flatnonzero(known)
    sample = indices[:: max(1, len(indices) // 1000)]
    votes = [_vote(boxes[i], areas[i], extent(int(i))) for i in sample]
    if any(votes):
        return votes.count('corners') > votes.count('size')
    # Nothing to compare with: as sizes, boxes of this form reach outside.
    return bool(outside.sum() > 0.1 * known.sum())


def _vote(
    box: np.ndarray, area: float, extent: tuple[float, float, float, float] | None
) -> str:
    """Return which of both readings an annotation's polygons or area fit, or ''."""
    x, y, w, h = box
    if extent is not None:
        left, top, right, bottom = extent
        near_x, near_y = (
            max(TOLERANCE, SHARE * (b - a)) for a, b in ((left, right), (top, bottom))
        )
        if abs(x - left) > near_x or abs(y - top) > near_y:
            return ''
        fits_corner = abs(w - right) <= near_x and abs(h - bottom) <= near_y
        fits_size = abs(x + w - right) <= near_x and abs(y + h - bottom) <= near_y
    else:
        # A mask is smaller than its box, and rarely less than half of it.
        if not area > 0:
            return ''
        fits_size = abs(w * h - area) <= SHARE * area
        fits_corner = abs((w - x) * (h - y) - area) <= SHARE * area
    if fits_corner == fits_size:
        return ''
    return 'corners' if fits_corner else 'size'

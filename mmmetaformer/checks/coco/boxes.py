# SPDX-License-Identifier: Apache-2.0
"""Whether boxes are [x, y, width, height] in pixels, inside their image."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from mmmetaformer.checks.fault import Fault

from .keys import check_key
from .table import Table

__all__ = ['array_of_boxes', 'check_boxes', 'check_boxes_in_images']

FORM = 'bbox is [x, y, width, height] in pixels'
EXCEPTION = 0.001  # share of boxes that may be wrong in a file that works
LARGEST = 1e15  # pixels
RULE = 0.5  # share from which on it is a wrong form and not a few wrong boxes
TOLERANCE = 2.0  # pixels, and this share of the side:
SHARE = 0.05


def check_boxes(table: Table, values: Sequence[Any]) -> Iterator[Fault]:
    """Yield what is wrong with the form of boxes."""
    if not _are_fours(values):
        expected = 'a list of four finite numbers [x, y, width, height]'
        yield from check_key(table, 'bbox', values, {list}, expected, _is_box)


def array_of_boxes(values: Sequence[Any]) -> np.ndarray:
    """Return boxes as an array (N, 4), NaN for those of a wrong form."""
    if not _are_fours(values):
        nothing = [math.nan] * 4
        values = [v if type(v) is list and _is_box(v) else nothing for v in values]
    flat = chain.from_iterable(values)
    return np.fromiter(flat, np.float64, 4 * len(values)).reshape(-1, 4)


def check_boxes_in_images(
    table: Table,
    boxes: np.ndarray,
    sizes: np.ndarray,
    areas: np.ndarray,
    extent: Callable[[int], tuple[float, float, float, float] | None],
) -> Iterator[Fault]:
    """Yield what is wrong with the place and the size of boxes.

    Args:
        table: The annotations.
        boxes: (N, 4), NaN for those that are not known.
        sizes: (N, 2), width and height of the image of each; NaN: not known.
        areas: (N,), the area of each as the file has it; NaN: it has none.
        extent: Returns left, top, right and bottom of an annotation's polygons, None
            if it has no sound ones.
    """
    known = np.isfinite(boxes).all(1)
    if not known.any():
        return
    x, y, w, h = boxes.T
    with np.errstate(invalid='ignore'):
        right, bottom = x + w - sizes[:, 0], y + h - sizes[:, 1]
        over = np.maximum.reduce([-x, -y, right, bottom])
        width, height = sizes.T
        overlap = np.minimum.reduce([x + w, y + h, width - x, height - y])
        outside = known & (w > 0) & (h > 0) & (overlap <= 0)
        partly = known & (over > 1) & ~outside
        negative = known & ((w < 0) | (h < 0))
        flat = known & ~negative & ((w == 0) | (h == 0))
    show = _show(boxes)
    if _are_fractions(boxes[known], sizes[known]):
        bad = np.flatnonzero(known)
        yield table.fault(
            bad,
            'have a bbox of numbers up to 1, as if they were fractions of the image',
            show(bad),
            f'{FORM}: multiply by width and height of the image',
        )
        return
    if _are_corners(boxes, sizes, areas, extent, known, partly | outside):
        bad = np.flatnonzero(known)
        yield table.fault(
            bad,
            'have a bbox that seems to be corners [x1, y1, x2, y2]',
            show(bad),
            f'{FORM}: write [x1, y1, x2 - x1, y2 - y1]',
        )
        return
    total = int(known.sum())
    for mask, claim, share in (
        (negative, 'have a bbox with a negative side', 0.0),
        (outside, 'have a bbox that lies outside the image', EXCEPTION),
        (flat, 'have a bbox with a side of zero', RULE),
        (partly, 'have a bbox that reaches outside the image', RULE),
    ):
        bad = np.flatnonzero(mask)
        stops = len(bad) > share * total
        # `check_enough` counts boxes without a side, with all that training drops.
        if stops or (len(bad) and mask is not flat):
            size = sizes[bad[0]]
            image = '' if np.isnan(size).any() else f' in {size[0]:g} x {size[1]:g}'
            way_out = FORM if stops else ''
            yield table.fault(bad, claim, f'{show(bad)}{image}', way_out, stops)


def _show(boxes: np.ndarray) -> Callable[[np.ndarray], str]:
    return lambda bad: f'[{", ".join(f"{v:g}" for v in boxes[bad[0]])}]'


def _are_fours(values: Sequence[Any]) -> bool:
    """Return whether all are lists of four finite numbers."""
    if set(map(type, values)) - {list} or set(map(len, values)) - {4}:
        return False
    if set(map(type, chain.from_iterable(values))) - {int, float}:
        return False
    return all(abs(number) <= LARGEST for number in chain.from_iterable(values))


def _is_box(value: list[Any]) -> bool:
    return len(value) == 4 and all(
        type(number) in (int, float) and abs(number) <= LARGEST for number in value
    )


def _are_fractions(boxes: np.ndarray, sizes: np.ndarray) -> bool:
    inside = boxes.max() <= 1 and boxes.min() >= 0
    return bool(inside and (boxes % 1 > 0).any() and np.nanmin(sizes, initial=9) > 2)


def _are_corners(
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

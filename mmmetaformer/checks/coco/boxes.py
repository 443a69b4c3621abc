# SPDX-License-Identifier: Apache-2.0
"""Whether boxes are [x, y, width, height] in pixels, inside their image."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from mmmetaformer.checks.fault import Fault

from .box_form import are_corners, are_fractions
from .keys import check_key
from .table import Table

__all__ = ['array_of_boxes', 'check_boxes', 'check_boxes_in_images']

FORM = 'bbox is [x, y, width, height] in pixels'
EXCEPTION = 0.001  # share of boxes that may be wrong in a file that works
LARGEST = 1e15  # pixels
RULE = 0.5  # share from which on it is a wrong form and not a few wrong boxes


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
    if are_fractions(boxes[known], sizes[known]):
        bad = np.flatnonzero(known)
        yield table.fault(
            bad,
            'have a bbox of numbers up to 1, as if they were fractions of the image',
            show(bad),
            f'{FORM}: multiply by width and height of the image',
        )
        return
    if are_corners(boxes, sizes, areas, extent, known, partly | outside):
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

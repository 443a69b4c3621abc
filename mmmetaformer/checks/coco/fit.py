# SPDX-License-Identifier: Apache-2.0
"""Whether boxes fit their polygons."""

from collections.abc import Callable, Iterator

import numpy as np

from mmmetaformer.checks.fault import Fault

from .table import Table

__all__ = ['check_fit']

SAMPLE = 20_000  # annotations; reading all polygons again would take seconds
MARGIN = 1.0  # pixels around both, so that the smallest objects are compared fairly
LEAST_OVERLAP = 0.5  # of intersection over union
RULE = 0.5  # share from which on it is a wrong form and not a few wrong boxes


def check_fit(
    table: Table,
    boxes: np.ndarray,
    extent: Callable[[int], tuple[float, float, float, float] | None],
    masks: bool,
) -> Iterator[Fault]:
    """Yield boxes that are far from those around their polygons.

    Args:
        table: The annotations.
        boxes: (N, 4), NaN for those that are not known.
        extent: Returns left, top, right and bottom of an annotation's polygons, None
            if it has no sound ones.
        masks: Whether masks are read; otherwise their polygons may be anything.
    """
    indices = np.flatnonzero((boxes[:, 2:] > 0).all(1))
    bad, compared = [], 0
    for index in indices[:: max(1, len(indices) // SAMPLE)].tolist():
        around = extent(index)
        if around is not None:
            compared += 1
            if _overlap(boxes[index].tolist(), around) < LEAST_OVERLAP:
                bad.append(index)
    rule = len(bad) > RULE * compared
    if bad and (rule or masks):
        x, y, w, h = boxes[bad[0]]
        left, top, right, bottom = extent(bad[0]) or (0, 0, 0, 0)
        yield table.fault(
            bad,
            'have a bbox that does not fit its polygons',
            f'[{x:g}, {y:g}, {w:g}, {h:g}], around the polygons [{left:g}, {top:g}, '
            f'{right - left:g}, {bottom - top:g}]',
            'bbox is [x, y, width, height], a polygon [x1, y1, x2, y2, ...], in pixels',
            stops=rule and masks,
        )


def _overlap(box: list[float], around: tuple[float, float, float, float]) -> float:
    """Return intersection over union of [x, y, w, h] and (x1, y1, x2, y2)."""
    x, y, w, h = box
    left, top, right, bottom = around
    inner = 2 * MARGIN
    width = min(x + w, right) - max(x, left) + inner
    height = min(y + h, bottom) - max(y, top) + inner
    both = max(width, 0) * max(height, 0)
    area = (w + inner) * (h + inner) + (right - left + inner) * (bottom - top + inner)
    return both / (area - both)

# SPDX-License-Identifier: Apache-2.0
"""Whether boxes fit their polygons."""

from collections.abc import Callable, Iterator

import numpy as np

from mmmetaformer.boxes import iou
from mmmetaformer.checks.fault import Fault

from .table import Table

__all__ = ['check_fit']

SAMPLE = 20_000  # annotations; reading all polygons again would take seconds
# Pixels around both, so that the smallest objects are compared fairly.
MARGIN = np.array([-1.0, -1.0, 1.0, 1.0])
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
    sample = indices[:: max(1, len(indices) // SAMPLE)].tolist()
    around = {i: sides for i in sample if (sides := extent(i)) is not None}
    compared = list(around)
    outer = np.array(list(around.values())).reshape(-1, 4) + MARGIN
    corners = boxes[compared] + MARGIN
    corners[:, 2:] += boxes[compared, :2]
    bad = np.array(compared)[iou(corners, outer) < LEAST_OVERLAP].tolist()
    rule = len(bad) > RULE * len(compared)
    if bad and (rule or masks):
        x, y, w, h = boxes[bad[0]]
        left, top, right, bottom = around[bad[0]]
        yield table.fault(
            bad,
            'have a bbox that does not fit its polygons',
            f'[{x:g}, {y:g}, {w:g}, {h:g}], around the polygons [{left:g}, {top:g}, '
            f'{right - left:g}, {bottom - top:g}]',
            'bbox is [x, y, width, height], a polygon [x1, y1, x2, y2, ...], in pixels',
            stops=rule and masks,
        )

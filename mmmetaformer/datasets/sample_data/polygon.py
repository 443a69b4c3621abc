# SPDX-License-Identifier: Apache-2.0
"""Polygons in pixel units: area, clipping at the image border, filling.

Coordinates are COCO's: x to the right, y down, and the pixel in row `r` and column
`c` covers `[c, c + 1] x [r, r + 1]`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ['clip_to_image', 'coverage', 'fill', 'polygon_area']

_SUBPIXELS = 4
# Shorter edges could have both ends on one point of the grid that `fill` uses.
_MIN_EDGE = 0.3


def polygon_area(polygon: NDArray[np.float64]) -> float:
    """Returns the area in square pixels of a simple `(P, 2)` polygon."""
    x, y = polygon.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def clip_to_image(
    polygon: NDArray[np.float64], height: int, width: int
) -> NDArray[np.float64]:
    """Cuts off what lies outside the image and rounds as COCO's files do.

    The outline must be star-shaped around a point inside the image (each of its
    points can be seen from there). Such an outline cannot fall into several parts
    when it is cut, which is what makes one polygon enough for the answer.

    Args:
        polygon: Vertices (x, y) in pixels, `(P, 2)`.
        height: Image height in pixels.
        width: Image width in pixels.

    Returns:
        Vertices within `[0, width] x [0, height]`, to 1/100 pixel, `(Q, 2)`.
    """
    for axis, limit in enumerate((width, height)):
        polygon = _keep_above(polygon, axis, 0.0)
        polygon = limit - _keep_above(limit - polygon, axis, 0.0)
    polygon = polygon.round(2)
    # Cutting close to a vertex leaves very short edges.
    steps = np.linalg.norm(polygon - np.roll(polygon, 1, axis=0), axis=1)
    return polygon[steps > _MIN_EDGE]


def _keep_above(
    polygon: NDArray[np.float64], axis: int, bound: float
) -> NDArray[np.float64]:
    """Keeps the part of a `(P, 2)` polygon whose coordinate is at least `bound`."""
    kept: list[NDArray[np.float64]] = []
    for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if start[axis] >= bound:
            kept.append(start)
        if (start[axis] >= bound) != (end[axis] >= bound):
            share = (bound - start[axis]) / (end[axis] - start[axis])
            kept.append(start + share * (end - start))
    return np.array(kept).reshape(-1, 2)


def fill(polygon: NDArray[np.float64], height: int, width: int) -> NDArray[np.bool_]:
    """Returns the `(height, width)` mask of the pixels whose centre is inside.

    The result is to the pixel that of pycocotools, by which the evaluation and most
    training pipelines read the polygons of an annotation file: the outline is walked
    on a grid of 1/5 pixel. (`cv2.fillPoly` fills half a pixel more on every side.)
    """
    path = _walk(np.floor(polygon * 5 + 0.5))
    near = np.minimum(path[1:], path[:-1])
    # Steps in x across the middle of a column: in column c from 5 c + 2 to 5 c + 3.
    steps = (path[1:, 0] != path[:-1, 0]) & (near[:, 0] % 5 == 2)
    columns, rows = near[steps, 0] // 5, (near[steps, 1] + 2) // 5
    seen = (columns >= 0) & (columns < width)
    # Each of them turns outside to inside, or back, from the next centre downwards.
    turns = np.zeros((height + 1, width), np.uint8)
    np.bitwise_xor.at(turns, (rows[seen].clip(0, height), columns[seen]), 1)
    return np.bitwise_xor.accumulate(turns, axis=0)[:height].astype(bool)


def _walk(corners: NDArray[np.float64]) -> NDArray[np.intp]:
    """Walks around a polygon `(P, 2)` on a grid, from point to point `(N, 2)`.

    Every edge is walked in single steps along its longer axis, both ends included.
    """
    edges = np.roll(corners, -1, axis=0) - corners
    longer = np.abs(edges).argmax(axis=1)
    lengths = edges[np.arange(len(edges)), longer]
    # Lines are rounded alike in both directions: all are counted from the lower end.
    backward = lengths < 0
    low = np.where(backward[:, None], corners + edges, corners)
    steps = np.maximum(np.abs(lengths), 1).astype(np.intp)
    slopes = np.where(backward[:, None], -edges, edges) / steps[:, None]

    edge = np.repeat(np.arange(len(edges)), steps + 1)
    step = np.arange(len(edge)) - (np.cumsum(steps + 1) - steps - 1)[edge]
    step = np.where(backward[edge], steps[edge] - step, step)
    return np.floor(low[edge] + slopes[edge] * step[:, None] + 0.5).astype(np.intp)


def coverage(
    polygon: NDArray[np.float64], height: int, width: int
) -> NDArray[np.float32]:
    """Returns the share of every pixel that is inside, `(height, width)` in [0, 1].

    The polygon must lie within the image.
    """
    share = np.zeros((height, width), np.float32)
    # Most polygons are much smaller than the image.
    left, top = np.floor(polygon.min(axis=0)).astype(int)
    right, bottom = np.ceil(polygon.max(axis=0)).astype(int)
    rows, columns = int(bottom - top), int(right - left)
    fine = fill(
        (polygon - (left, top)) * _SUBPIXELS, rows * _SUBPIXELS, columns * _SUBPIXELS
    )
    share[top:bottom, left:right] = cv2.resize(
        fine.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA
    )
    return share

# SPDX-License-Identifier: Apache-2.0
"""Compute areas of polygons, clip them at the image border, and fill them.

Coordinates are COCO's: x to the right, y down, and the pixel in row `r` and column
`c` covers `[c, c + 1] x [r, r + 1]`.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ['clip_to_image', 'coverage', 'fill', 'polygon_area']

SUBPIXELS = 4
# Both ends of a shorter edge could be the same point of the grid that `fill` uses.
MIN_EDGE = 0.3


def polygon_area(polygon: NDArray[np.float64]) -> float:
    """Return the area in square pixels of a simple polygon, (P, 2)."""
    x, y = polygon.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def clip_to_image(
    polygon: NDArray[np.float64], height: int, width: int
) -> NDArray[np.float64]:
    """Clip a polygon to the image and round it as COCO's files do.

    The polygon must be star-shaped around a point inside the image: each of its points
    is visible from there. Then the clipped polygon is always a single one.

    Args:
        polygon: Vertices (x, y) in pixels, (P, 2).
        height: Image height in pixels.
        width: Image width in pixels.

    Returns:
        Vertices in `[0, width] x [0, height]`, rounded to 1/100 pixel, (Q, 2).
    """
    for axis, limit in enumerate((width, height)):
        polygon = _keep_above(polygon, axis, 0.0)
        polygon = limit - _keep_above(limit - polygon, axis, 0.0)
    polygon = polygon.round(2)
    # Clipping close to a vertex leaves very short edges.
    steps = np.linalg.norm(polygon - np.roll(polygon, 1, axis=0), axis=1)
    return polygon[steps > MIN_EDGE]


def _keep_above(
    polygon: NDArray[np.float64], axis: int, bound: float
) -> NDArray[np.float64]:
    """Return the part of a polygon, (P, 2), where the coordinate is >= `bound`."""
    kept: list[NDArray[np.float64]] = []
    for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if start[axis] >= bound:
            kept.append(start)
        if (start[axis] >= bound) != (end[axis] >= bound):
            share = (bound - start[axis]) / (end[axis] - start[axis])
            kept.append(start + share * (end - start))
    return np.array(kept).reshape(-1, 2)


def fill(polygon: NDArray[np.float64], height: int, width: int) -> NDArray[np.bool_]:
    """Return the mask of the pixels whose center is inside, (height, width).

    The mask equals that of pycocotools, which evaluation and most training pipelines
    use to read the polygons of an annotation file: the outline is traced on a grid of
    1/5 pixel. (`cv2.fillPoly` fills half a pixel more on every side.)
    """
    path = _walk(np.floor(polygon * 5 + 0.5))
    near = np.minimum(path[1:], path[:-1])
    # Steps in x across the center of column c, from 5 c + 2 to 5 c + 3.
    steps = (path[1:, 0] != path[:-1, 0]) & (near[:, 0] % 5 == 2)
    columns, rows = near[steps, 0] // 5, (near[steps, 1] + 2) // 5
    seen = (columns >= 0) & (columns < width)
    # Each such step switches outside and inside, from the next pixel center downward.
    turns = np.zeros((height + 1, width), np.uint8)
    np.bitwise_xor.at(turns, (rows[seen].clip(0, height), columns[seen]), 1)
    return np.bitwise_xor.accumulate(turns, axis=0)[:height].astype(bool)


def _walk(corners: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the grid points along the outline of a polygon: (P, 2) to (N, 2).

    Each edge is traced in steps of 1 along its longer axis, including both ends.
    """
    edges = np.roll(corners, -1, axis=0) - corners
    longer = np.abs(edges).argmax(axis=1)
    lengths = edges[np.arange(len(edges)), longer]
    # Start at the lower end, so that an edge rounds the same in both directions.
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
    """Return the fraction of each pixel that is inside, (height, width), in [0, 1].

    The polygon must be within the image.
    """
    share = np.zeros((height, width), np.float32)
    # Only the bounding box: most polygons are much smaller than the image.
    left, top = np.floor(polygon.min(axis=0)).astype(int)
    right, bottom = np.ceil(polygon.max(axis=0)).astype(int)
    rows, columns = int(bottom - top), int(right - left)
    fine = fill(
        (polygon - (left, top)) * SUBPIXELS, rows * SUBPIXELS, columns * SUBPIXELS
    )
    share[top:bottom, left:right] = cv2.resize(
        fine.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA
    )
    return share

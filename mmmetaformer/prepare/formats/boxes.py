# SPDX-License-Identifier: Apache-2.0
"""Boxes and polygons within their image."""

from collections.abc import Iterable, Sequence

import numpy as np

from mmmetaformer.datasets.sample_data import polygon

from ..problems import Notes

__all__ = ['box_around', 'cut_box', 'cut_polygons', 'polygon_area']

Box = tuple[float, float, float, float]
SLIP = 1.0  # pixels: what rounding moves
LEAST_AREA = 0.01  # square pixels


def cut_box(
    box: Sequence[float], size: tuple[int, int], notes: Notes, where: object
) -> Box | None:
    """Return the part of a box that is inside its image, None if there is none.

    Args:
        box: Left, top, right, bottom, in either order.
        size: Width and height of the image.
        notes: Counts boxes that are cut or have no side.
        where: The file and line of the box.
    """
    width, height = size
    left, right = sorted(box[::2])
    top, bottom = sorted(box[1::2])
    inside = (max(left, 0.0), max(top, 0.0), min(right, width), min(bottom, height))
    if max(-left, -top, right - width, bottom - height) > SLIP:
        notes.add('boxes or polygons reached out of their image and were cut', where)
    if inside[2] <= inside[0] or inside[3] <= inside[1]:
        notes.add('objects without a side inside their image were left out', where)
        return None
    return inside


def cut_polygons(
    polygons: Iterable[Sequence[float]],
    size: tuple[int, int],
    notes: Notes,
    where: object,
) -> list[list[float]]:
    """Return the parts of an object's polygons that are inside the image.

    Args:
        polygons: x1, y1, x2, y2, ... of each.
        size: Width and height of the image.
        notes: Counts what is cut, and objects that nothing is left of.
        where: The file and line of the object.
    """
    every = list(polygons)
    if cut_box(box_around(every), size, notes, where) is None:
        return []
    inside = [_clipped(one, size) for one in every]
    kept = [one for one in inside if one and polygon_area(one) >= LEAST_AREA]
    if not kept:
        notes.add('objects without a side inside their image were left out', where)
    return kept


def _clipped(points: Sequence[float], size: tuple[int, int]) -> list[float]:
    """Cut a polygon at one side of the image after another (Sutherland and Hodgman).

    Parts that only what is outside connects stay connected, along the side.
    """
    corners = list(zip(points[::2], points[1::2], strict=True))
    width, height = size
    for axis, limit, sign in ((0, 0, 1), (0, width, -1), (1, 0, 1), (1, height, -1)):
        kept = []
        for start, end in zip([*corners[-1:], *corners[:-1]], corners, strict=True):
            before, after = (sign * (point[axis] - limit) for point in (start, end))
            if (before >= 0) != (after >= 0):
                part = before / (before - after)
                other = start[1 - axis] + part * (end[1 - axis] - start[1 - axis])
                kept.append((other, float(limit)) if axis else (float(limit), other))
            if after >= 0:
                kept.append(end)
        corners = kept
    return [value for corner in corners for value in corner]


def box_around(polygons: Iterable[Sequence[float]]) -> Box:
    """Return the box around polygons."""
    points = list(polygons)
    xs = [x for one in points for x in one[::2]]
    ys = [y for one in points for y in one[1::2]]
    return min(xs), min(ys), max(xs), max(ys)


def polygon_area(points: Sequence[float]) -> float:
    """Return the area of a polygon in square pixels."""
    return polygon.polygon_area(np.array(points, float).reshape(-1, 2))

# SPDX-License-Identifier: Apache-2.0
"""Boxes and polygons within their image."""

from collections.abc import Iterable, Sequence

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
    """Return the polygons of an object with all points inside the image.

    Args:
        polygons: x1, y1, x2, y2, ... of each.
        size: Width and height of the image.
        notes: Counts what is cut, and objects that nothing is left of.
        where: The file and line of the object.
    """
    every = list(polygons)
    if cut_box(box_around(every), size, notes, where) is None:
        return []
    width, height = size
    inside = [
        [
            min(max(value, 0.0), float(height if index % 2 else width))
            for index, value in enumerate(one)
        ]
        for one in every
    ]
    kept = [one for one in inside if polygon_area(one) >= LEAST_AREA]
    if not kept:
        notes.add('objects without a side inside their image were left out', where)
    return kept


def box_around(polygons: Iterable[Sequence[float]]) -> Box:
    """Return the box around polygons."""
    points = list(polygons)
    xs = [x for one in points for x in one[::2]]
    ys = [y for one in points for y in one[1::2]]
    return min(xs), min(ys), max(xs), max(ys)


def polygon_area(points: Sequence[float]) -> float:
    """Return the area of a polygon in square pixels."""
    xs, ys = points[::2], points[1::2]
    pairs = zip(xs, ys, [*xs[1:], xs[0]], [*ys[1:], ys[0]], strict=True)
    return abs(sum(x * below - right * y for x, y, right, below in pairs)) / 2

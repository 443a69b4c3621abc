# SPDX-License-Identifier: Apache-2.0
"""The shapes of LabelMe as polygons and masks."""

import base64
import binascii
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ['SHAPES', 'ShapeError', 'mask_of', 'polygon_of']

#: Those that enclose an area; LabelMe also has points and lines.
SHAPES = ('polygon', 'rectangle', 'circle', 'mask')
CIRCLE_CORNERS = 72
POINTS_OF = {'rectangle': 2, 'circle': 2, 'mask': 2}
LEAST_CORNERS = 3


class ShapeError(Exception):
    """A shape that cannot be read; the message says why."""


def polygon_of(shape: Mapping[str, Any]) -> list[float]:
    """Return a polygon, rectangle or circle as x1, y1, x2, y2, ...

    Raises:
        ShapeError: Its points are not what its type needs.
    """
    kind, points = shape['shape_type'], _points(shape)
    if kind == 'rectangle':
        (x1, y1), (x2, y2) = points
        return [x1, y1, x2, y1, x2, y2, x1, y2]
    if kind == 'circle':
        (x, y), edge = points
        radius = math.dist((x, y), edge)
        angles = (2 * math.pi * i / CIRCLE_CORNERS for i in range(CIRCLE_CORNERS))
        return [
            value
            for angle in angles
            for value in (x + radius * math.cos(angle), y + radius * math.sin(angle))
        ]
    if len(points) < LEAST_CORNERS:
        raise ShapeError(f'a polygon of {len(points)} points; expected 3 or more')
    return [value for point in points for value in point]


def mask_of(shape: Mapping[str, Any], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return a shape of type 'mask' as (H, W), true inside.

    Args:
        shape: Two corners of a box, and a PNG of what is inside.
        size: Width and height of the image.

    Raises:
        ShapeError: The PNG cannot be read or does not fit.
    """
    (left, top), _ = _points(shape)
    try:
        data = base64.b64decode(shape.get('mask') or '', validate=True)
        part = np.asarray(Image.open(io.BytesIO(data))) > 0
    except (OSError, binascii.Error, TypeError) as error:
        raise ShapeError(f'its mask cannot be read: {error}') from None
    width, height = size
    x, y = round(left), round(top)
    rows, columns = part.shape[:2]
    if x < 0 or y < 0 or x + columns > width or y + rows > height:
        raise ShapeError(
            f'its mask of {columns}x{rows} at ({x}, {y}) reaches out of the image'
        )
    whole = np.zeros((height, width), bool)
    whole[y : y + rows, x : x + columns] = part.reshape(rows, columns, -1)[..., 0]
    return whole


def _points(shape: Mapping[str, Any]) -> Sequence[tuple[float, float]]:
    try:
        points = [(float(x), float(y)) for x, y in shape['points']]
    except (KeyError, TypeError, ValueError):
        raise ShapeError(
            f'its points are {str(shape.get("points"))[:40]}; expected [[x, y], ...]'
        ) from None
    if not all(math.isfinite(value) for point in points for value in point):
        raise ShapeError('a point is not finite')
    needed = POINTS_OF.get(shape['shape_type'])
    if needed and len(points) != needed:
        raise ShapeError(
            f'a {shape["shape_type"]} of {len(points)} points; expected {needed}'
        )
    return points

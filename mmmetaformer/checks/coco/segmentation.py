# SPDX-License-Identifier: Apache-2.0
"""The forms of a mask: polygons, or an RLE."""

import json
import math
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta

from .rle import is_compressed_rle

__all__ = ['FAR', 'Rle', 'extent_of', 'problem_of', 'sound_segmentation']

FAR = 1e6  # pixels: no coordinate is as large

Coordinate = Annotated[float, Meta(ge=-FAR, le=FAR)]
Polygon = Annotated[list[Coordinate], Meta(min_length=6)]


class Rle(msgspec.Struct, gc=False):
    """Run lengths of a mask; `size` is height and width."""

    size: tuple[int, int]
    counts: list[Annotated[int, Meta(ge=0)]] | str


Segmentation = Annotated[list[Polygon], Meta(min_length=1)] | Rle
_decode = msgspec.json.Decoder(Segmentation).decode


def sound_segmentation(value: Any) -> list[list[float]] | Rle | None:
    """Return the polygons or the RLE of a segmentation, None if something is wrong.

    Args:
        value: As text (`msgspec.Raw`), as Python's json reads it, or UNSET.
    """
    try:
        if isinstance(value, msgspec.Raw):
            found: Any = _decode(value)
        else:
            found = msgspec.convert(value, Segmentation)
    except msgspec.DecodeError:
        return None
    if isinstance(found, Rle):
        wrong = isinstance(found.counts, str) and not is_compressed_rle(found.counts)
    else:
        wrong = any(len(polygon) & 1 for polygon in found)
    return None if wrong else found


def problem_of(value: Any) -> str:
    """Return which of the claims of `check_masks` holds of a wrong segmentation."""
    if isinstance(value, msgspec.Raw):
        value = json.loads(bytes(value))
    if value is UNSET or value is None:
        return 'absent'
    if isinstance(value, dict):
        return 'keys' if value else 'empty'
    if not isinstance(value, list):
        return 'kind'
    if not value or value == [[]]:
        return 'empty'
    if all(_is_number(one) for one in value):
        return 'flat'
    for polygon in value:
        problem = _problem_of_polygon(polygon)
        if problem:
            return problem
    return 'kind'


def extent_of(value: Any) -> tuple[float, float, float, float] | None:
    """Return left, top, right and bottom of sound polygons, None for anything else."""
    polygons = sound_segmentation(value)
    if not isinstance(polygons, list):
        return None
    x = [number for polygon in polygons for number in polygon[::2]]
    y = [number for polygon in polygons for number in polygon[1::2]]
    return min(x), min(y), max(x), max(y)


def _problem_of_polygon(polygon: Any) -> str:
    if not isinstance(polygon, list):
        return 'no numbers'
    if any(isinstance(one, list) for one in polygon):
        return 'points'
    if not all(_is_number(one) for one in polygon):
        return 'no numbers'
    if not all(math.isfinite(one) for one in polygon):
        return 'not finite'
    if len(polygon) < 6:
        return 'short'
    if len(polygon) & 1:
        return 'odd'
    return 'far' if max(map(abs, polygon)) > FAR else ''


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

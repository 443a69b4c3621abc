# SPDX-License-Identifier: Apache-2.0
"""A color for each class."""

import colorsys
from collections.abc import Sequence
from typing import Any

__all__ = ['Color', 'fitting_palette']

Color = tuple[int, int, int]
GOLDEN = 0.618034  # of the hue circle: neighbours in the list are far apart


def fitting_palette(given: Any, classes: int) -> list[Color]:
    """Return one RGB color for each class.

    Args:
        given: Colors of a data set or a checkpoint, used as far as they go.
        classes: How many are needed.
    """
    colors = [_color(one) for one in given] if isinstance(given, (list, tuple)) else []
    good = [color for color in colors if color is not None]
    if len(good) != len(colors):
        good = []
    return good[:classes] + [_made(i) for i in range(len(good), classes)]


def _color(value: Any) -> Color | None:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 3:
        return None
    if not all(isinstance(one, int) and 0 <= one <= 255 for one in value):
        return None
    return (value[0], value[1], value[2])


def _made(number: int) -> Color:
    # Three rounds of brightness, so that a hue comes again only in another one.
    value = (0.95, 0.7, 0.5)[number // 12 % 3]
    rgb = colorsys.hsv_to_rgb(number * GOLDEN % 1, 0.75, value)
    return (round(rgb[0] * 255), round(rgb[1] * 255), round(rgb[2] * 255))

# SPDX-License-Identifier: Apache-2.0
"""Colors of classes."""

import colorsys
from typing import Any

__all__ = ['Color', 'fitting_palette']

Color = tuple[int, int, int]
TURN = 0.618033988749895  # of the hue: neighbours differ


def fitting_palette(given: Any, classes: int) -> list[Color]:
    """Return an RGB color for each class: the given ones, or colors that differ."""
    colors = [tuple(int(v) for v in one) for one in given or ()]
    if len(colors) >= classes:
        return [(r, g, b) for r, g, b in colors[:classes]]
    return [_made(number) for number in range(classes)]


def _made(number: int) -> Color:
    red, green, blue = colorsys.hsv_to_rgb(number * TURN % 1, 0.75, 0.95)
    return round(red * 255), round(green * 255), round(blue * 255)

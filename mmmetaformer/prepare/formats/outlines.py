# SPDX-License-Identifier: Apache-2.0
"""Shapes that enclose an area, and painting them into a label map."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

__all__ = ['Outline', 'paint']


@dataclass(frozen=True)
class Outline:
    """A shape in pixels of the image as it is loaded.

    Attributes:
        name: Its class.
        polygons: x1, y1, x2, y2, ... of each, as drawn: they may reach out.
        mask: (h, w) in place of polygons, true inside.
        is_box: It was drawn as a rectangle.
        group: Shapes of one name and group are one object; None for no group.
        where: The file and shape, for messages.
        corner: Left and top of the mask.
        inside: The parts of the polygons that are inside the image.
    """

    name: str
    polygons: Sequence[Sequence[float]]
    mask: NDArray[np.bool_] | None
    is_box: bool
    group: object
    where: str
    corner: tuple[int, int] = (0, 0)
    inside: Sequence[Sequence[float]] = ()


def paint(
    outlines: Sequence[Outline], size: tuple[int, int], values: Sequence[int], rest: int
) -> NDArray[np.uint8]:
    """Paint shapes into a label map, (H, W): a later one covers an earlier one.

    Args:
        outlines: The shapes.
        size: Width and height.
        values: The label of each.
        rest: The label where there is none.
    """
    image = Image.new('L', size, rest)
    draw = ImageDraw.Draw(image)
    for outline, value in zip(outlines, values, strict=True):
        if outline.mask is not None:
            mask = Image.fromarray(outline.mask.astype(np.uint8) * 255)
            image.paste(value, outline.corner, mask)
        for polygon in outline.polygons:
            draw.polygon(list(polygon), fill=value)
    return np.asarray(image)

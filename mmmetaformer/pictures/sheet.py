# SPDX-License-Identifier: Apache-2.0
"""Many pictures on one sheet, each with lines of text below it."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

__all__ = ['Captioned', 'contact_sheet']

LINE = 18  # pixels: height of a line
GAP = 8
FONT_SIZE = 13
BACKGROUND, TEXT = (250, 250, 250), (30, 30, 30)
SQUARE = 11

Color = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
#: A picture, its lines, and the colors of names below them.
Captioned = tuple[NDArray[np.uint8], Sequence[str], Sequence[tuple[Color, str]]]


def contact_sheet(pictures: Sequence[Captioned], cell: int = 360) -> Image.Image:
    """Return all pictures in rows, in their order.

    Args:
        pictures: (H, W, 3) uint8, RGB, each with its lines and named colors.
        cell: Width and largest height of each on the sheet, in pixels.
    """
    columns = min(len(pictures), max(1, round(math.sqrt(len(pictures) * 1.3))))
    font = ImageFont.load_default(FONT_SIZE)
    cells = [_cell(picture, cell, font) for picture in pictures]
    rows = [cells[i : i + columns] for i in range(0, len(cells), columns)]
    heights = [max(one.height for one in row) for row in rows]
    size = (columns * (cell + GAP) + GAP, sum(heights) + GAP * (len(rows) + 1))
    sheet = Image.new('RGB', size, BACKGROUND)
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        for index, one in enumerate(row):
            sheet.paste(one, (GAP + index * (cell + GAP), top))
        top += height + GAP
    return sheet


def _cell(captioned: Captioned, width: int, font: Font) -> Image.Image:
    array, lines, colors = captioned
    picture = Image.fromarray(array)
    picture.thumbnail((width, width))
    legend = _in_rows(colors, width, font)
    height = picture.height + LINE * (len(lines) + len(legend)) + GAP // 2
    cell = Image.new('RGB', (width, height), BACKGROUND)
    cell.paste(picture, (0, 0))
    draw = ImageDraw.Draw(cell)
    top = picture.height + 2
    for line in lines:
        draw.text((0, top), _shortened(line, width, font), TEXT, font)
        top += LINE
    for row in legend:
        for left, color, name in row:
            draw.rectangle((left, top + 3, left + SQUARE, top + 3 + SQUARE), color)
            draw.text((left + SQUARE + 4, top), name, TEXT, font)
        top += LINE
    return cell


def _in_rows(
    colors: Sequence[tuple[Color, str]], width: int, font: Font
) -> list[list[tuple[int, Color, str]]]:
    """Return the place of each name, with as many in a row as fit."""
    rows: list[list[tuple[int, Color, str]]] = []
    left = width
    for color, name in colors:
        name = _shortened(name, width - SQUARE - 4, font)
        needed = round(font.getlength(name)) + SQUARE + 12
        if left + needed > width:
            rows.append([])
            left = 0
        rows[-1].append((left, color, name))
        left += needed
    return rows


def _shortened(text: str, width: int, font: Font) -> str:
    """Return a text that fits: its end says more than its beginning."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f'…{text}') > width:
        text = text[1:]
    return f'…{text}'

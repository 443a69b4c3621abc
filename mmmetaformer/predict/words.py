# SPDX-License-Identifier: Apache-2.0
"""Words on pictures, also with letters outside of ASCII, which OpenCV does not have."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from .palette import Color

__all__ = ['letter_size', 'word_size', 'write_word']

PADDING = 2


def letter_size(picture: np.ndarray) -> int:
    """Return the size of letters that are read well on a picture, in pixels."""
    return int(np.clip(sum(picture.shape[:2]) / 80, 11, 60))


def word_size(word: str, size: int) -> tuple[int, int]:
    """Return width and height of a word with its ground.

    Args:
        word: The text.
        size: Of the letters, in pixels.
    """
    height, width = _patch(word, size, (0, 0, 0)).shape[:2]
    return width, height


def write_word(
    picture: np.ndarray, word: str, place: tuple[int, int], size: int, color: Color
) -> None:
    """Write a word on a ground of a color; what would lie outside moves inside.

    Args:
        picture: (H, W, 3) uint8, changed in place.
        word: The text.
        place: x and y of its upper left corner.
        size: Of the letters, in pixels.
        color: Of the ground.
    """
    patch = _patch(word, size, color)
    x = max(0, min(place[0], picture.shape[1] - patch.shape[1]))
    y = max(0, min(place[1], picture.shape[0] - patch.shape[0]))
    room = picture[y : y + patch.shape[0], x : x + patch.shape[1]]
    room[:] = patch[: room.shape[0], : room.shape[1]]


@lru_cache(maxsize=1024)
def _patch(word: str, size: int, color: Color) -> np.ndarray:
    from PIL import Image, ImageDraw

    font = _font(size)
    left, _, right, _ = font.getbbox(word)
    ascent, descent = font.getmetrics()
    shape = (int(right - left) + 2 * PADDING, ascent + descent + PADDING)
    image = Image.new('RGB', shape, color)
    bright = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]
    ink = (0, 0, 0) if bright > 140 else (255, 255, 255)
    ImageDraw.Draw(image).text((PADDING - left, 0), word, font=font, fill=ink)
    return np.asarray(image)


@lru_cache(maxsize=64)
def _font(size: int) -> Any:
    import matplotlib
    from PIL import ImageFont

    # mmengine needs matplotlib, which brings a font of many alphabets.
    file = Path(matplotlib.get_data_path(), 'fonts/ttf/DejaVuSans.ttf')
    return ImageFont.truetype(str(file), size)

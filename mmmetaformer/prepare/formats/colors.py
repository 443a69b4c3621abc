# SPDX-License-Identifier: Apache-2.0
"""From what is in the pixels of a mask to labels from 0."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..map_layout import IGNORED_LABEL, MaskError
from .palette import Color

__all__ = ['by_color', 'by_value', 'color_table', 'read_values', 'value_table']

UNKNOWN = -1  # of a table: neither a class nor ignored
MOST_NAMED = 3


def color_table(labels: Mapping[Color, int]) -> NDArray[np.int16]:
    """Return the label of each of the 2^24 colours, UNKNOWN for those without one."""
    table = np.full(1 << 24, UNKNOWN, np.int16)
    for (red, green, blue), label in labels.items():
        table[red << 16 | green << 8 | blue] = label
    return table


def value_table(labels: Mapping[int, int]) -> NDArray[np.int16]:
    """Return the label of each 16-bit value, UNKNOWN for those without one."""
    table = np.full(1 << 16, UNKNOWN, np.int16)
    for value, label in labels.items():
        table[value] = label
    if table[IGNORED_LABEL] == UNKNOWN:
        table[IGNORED_LABEL] = IGNORED_LABEL
    return table


def by_color(path: Path, table: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Return the labels of a mask of colours, (H, W).

    Args:
        path: An image of any mode; a transparent one is read without its transparency.
        table: That of `color_table`.

    Raises:
        MaskError: It cannot be read, or has colours of no class.
    """
    rgb = np.asarray(_open(path).convert('RGB')).astype(np.int32)
    codes = rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]
    labels = table[codes]
    if labels.min() == UNKNOWN:
        values, counts = np.unique(codes[labels == UNKNOWN], return_counts=True)
        order = np.argsort(-counts)
        named = [
            f'({v >> 16}, {v >> 8 & 255}, {v & 255}) in {counts[i]:,} pixels'
            for i, v in zip(order, values[order], strict=True)
        ]
        way_out = 'Add it to the palette file, and to --ignore-class if it is no class'
        raise MaskError(_unknown(named, 'colour', labels.size), way_out)
    return labels.astype(np.uint8)


def by_value(path: Path, table: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Return the labels of a mask of numbers, (H, W).

    Args:
        path: An image of one channel, or with a palette, whose indices count.
        table: That of `value_table`.

    Raises:
        MaskError: It cannot be read, is a colour picture, or has values of no class.
    """
    values = read_values(path)
    if values.min() < 0 or values.max() >= len(table):
        raise MaskError(f'it has the value {values.max()}; expected labels')
    labels = table[values]
    if labels.min() == UNKNOWN:
        found, counts = np.unique(values[labels == UNKNOWN], return_counts=True)
        order = np.argsort(-counts)
        named = [f'{found[i]} in {counts[i]:,} pixels' for i in order]
        way_out = (
            'Name its class in --classes, or add '
            f'--ignore-label {" ".join(map(str, found[:MOST_NAMED]))} if it is none'
        )
        raise MaskError(_unknown(named, 'value', labels.size), way_out)
    return labels.astype(np.uint8)


def read_values(path: Path) -> NDArray[np.int64]:
    """Return the numbers in the pixels of a mask, (H, W).

    Args:
        path: An image of one channel, or with a palette, whose indices count.

    Raises:
        MaskError: It cannot be read, or is a colour picture.
    """
    image = _open(path)
    if len(image.getbands()) > 1:
        raise MaskError(
            f'it has {len(image.getbands())} channels, so colours and not numbers: '
            'name the colours with --palette FILE'
        )
    return np.asarray(image).astype(np.int64)


def _open(path: Path) -> Image.Image:
    try:
        image = Image.open(path)
        image.load()
    except Exception as error:  # Pillow's readers raise many kinds on broken files
        words = getattr(error, 'strerror', None) or str(error) or type(error).__name__
        raise MaskError(f'it cannot be read: {words}') from None
    if image.format == 'JPEG':
        raise MaskError('it is a JPEG, which changes the labels: use the PNG original')
    return image


def _unknown(named: list[str], what: str, pixels: int) -> str:
    more = f' and {len(named) - MOST_NAMED} more' if len(named) > MOST_NAMED else ''
    return f'{what} {", ".join(named[:MOST_NAMED])}{more} of {pixels:,} has no class'

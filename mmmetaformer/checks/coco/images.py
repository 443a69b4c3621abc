# SPDX-License-Identifier: Apache-2.0
"""The images of a file: whether they have names and sizes, and which."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mmmetaformer.checks.fault import Fault

from .entries import Image
from .facts import ImageEntry
from .keys import check_key
from .table import Table

__all__ = ['check_images', 'image_entries', 'sizes_of']

LARGEST = 1e9  # pixels of a side


def check_images(table: Table, images: Sequence[Image]) -> Iterator[Fault]:
    """Yield what is wrong with the images, apart from their ids."""
    names = [image.file_name for image in images]
    yield from check_key(table, 'file_name', names, {str}, 'the name of a file', bool)
    for key in ('height', 'width'):
        values = [getattr(image, key) for image in images]
        expected = 'a whole number above 0'
        yield from check_key(table, key, values, {int}, expected, _is_positive)
    seen: set[str] = set()
    twice = []
    for index, name in enumerate(names):
        if type(name) is str and name:
            if name in seen:
                twice.append(index)
            seen.add(name)
    if twice:
        yield table.fault(
            twice,
            'have a duplicate file_name',
            repr(names[twice[0]]),
            'Objects of one entry are background in the other',
            stops=False,
        )


def sizes_of(images: Sequence[Image]) -> np.ndarray:
    """Return width and height of each image, (N, 2), NaN for those not known."""
    sizes = np.full((len(images), 2), np.nan)
    for index, image in enumerate(images):
        for column, value in enumerate((image.width, image.height)):
            if _is_side(value):
                sizes[index, column] = value
    return sizes


def image_entries(images: Sequence[Image]) -> list[ImageEntry]:
    """Return names and sizes of the images whose names are texts.

    A name of half a surrogate pair, which JSON may have and UTF-8 not, is left out.
    """
    return [
        (
            image.file_name,
            image.width if _is_side(image.width) else None,
            image.height if _is_side(image.height) else None,
        )
        for image in images
        if isinstance(image.file_name, str) and _is_utf8(image.file_name)
    ]


def _is_side(value: Any) -> bool:
    return type(value) is int and 0 < value < LARGEST


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_positive(value: int) -> bool:
    return value > 0

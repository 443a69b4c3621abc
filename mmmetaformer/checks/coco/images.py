# SPDX-License-Identifier: Apache-2.0
"""Whether the images of a file have names and sizes."""

from collections.abc import Iterator, Sequence

import numpy as np

from mmmetaformer.checks.fault import Fault

from .entries import Image
from .keys import check_key
from .table import Table

__all__ = ['check_images', 'sizes_of']


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
            if type(value) is int and 0 < value < 1e9:
                sizes[index, column] = value
    return sizes


def _is_positive(value: int) -> bool:
    return value > 0

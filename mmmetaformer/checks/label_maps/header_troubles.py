# SPDX-License-Identifier: Apache-2.0
"""What the headers of a label map and its image say against them."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmmetaformer.checks.images.header import TURNED_BY_A_QUARTER, Header
from mmmetaformer.checks.images.loader import color_type_of

from .facts import Trouble

__all__ = ['map_troubles', 'size_troubles']

LOSSY = ('JPEG', 'MPO')


def map_troubles(file: str, header: Header) -> Iterator[Trouble]:
    """Yield what is wrong with a label map by itself.

    Args:
        file: The label map.
        header: Its header.
    """
    if header.channels != 1:
        what = f'is a picture with {header.channels} channels (mode {header.mode})'
        yield Trouble('channels', file, what)
    if header.mode == 'L' and header.bits < 8:
        what = f'has {header.bits} bits a pixel, which Pillow stretches to 0 to 255'
        yield Trouble('stretched', file, what)
    if header.format in LOSSY:
        yield Trouble('lossy', file, 'is a JPEG, which changes the labels')


def size_troubles(
    image: str, other: Header, file: str, header: Header, loader: Mapping[str, Any]
) -> Iterator[Trouble]:
    """Yield where the pixels of a label map are not those of its image.

    Args:
        image: The image file.
        other: Its header.
        file: The label map.
        header: The header of the label map.
        loader: Config of the transform that loads the image.
    """
    how = color_type_of(loader)
    size = other.size_for(*how)
    if header.size == size:
        # A map of the turned size was drawn on the turned image, unless both are equal.
        same = other.orientation not in TURNED_BY_A_QUARTER or size[0] == size[1]
        if same and other.is_turned(*how):
            what = f'has the EXIF orientation {other.orientation}'
            yield Trouble('orientation', image, what)
    elif other.is_turned(*how) and header.size == other.size:
        yield Trouble(
            'turned',
            file,
            f'is {_by(header.size)}, but its image {image} is loaded as {_by(size)}: '
            f'its EXIF orientation is {other.orientation}, which turns it',
        )
    else:
        what = f'is {_by(header.size)}, but its image {image} is {_by(size)}'
        yield Trouble('size', file, what)


def _by(size: tuple[int, int]) -> str:
    return f'{size[0]}x{size[1]}'

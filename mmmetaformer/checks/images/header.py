# SPDX-License-Identifier: Apache-2.0
"""Size and kind of an image file, read from its header alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

__all__ = ['Header', 'HeaderError', 'read_header']

ORIENTATION = 0x0112  # the EXIF tag
TURNED_BY_A_QUARTER = (5, 6, 7, 8)  # values of that tag that swap width and height
BITS_PER_SAMPLE = 258  # the TIFF tag
BITS = {'1': 1, 'I': 32, 'F': 32}  # of Pillow's modes; all others have 8 or say ';16'

# What stands where an image should be, by its first bytes.
NOT_AN_IMAGE = {
    b'version https://git-lfs': 'it is a pointer of Git LFS: run git lfs pull',
    b'<': 'it is a web page or XML: was the download refused?',
    b'{': 'it is JSON: was the download refused?',
}


class HeaderError(Exception):
    """An image file whose header cannot be read.

    Args:
        path: The file.
        reason: Why, in words that follow 'FILE cannot be read: '.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f'{self.path} cannot be read: {self.reason}'


@dataclass(frozen=True)
class Header:
    """What the header of an image file says.

    Args:
        format: Pillow's name of the format, such as 'JPEG'.
        size: Width and height of the pixels as stored, in pixels.
        mode: Pillow's mode, such as 'RGB', 'P' and 'I;16'.
        bits: Bits of each channel of a pixel.
        channels: Channels as stored; 1 for a palette.
        orientation: EXIF's, from 1 (upright) to 8.
    """

    format: str
    size: tuple[int, int]
    mode: str
    bits: int
    channels: int
    orientation: int = 1

    @property
    def turned_size(self) -> tuple[int, int]:
        """Width and height after the image is turned as its orientation says."""
        width, height = self.size
        return (height, width) if self.orientation in TURNED_BY_A_QUARTER else self.size

    def size_for(self, color_type: str, backend: str) -> tuple[int, int]:
        """Return the width and height that mmcv loads.

        cv2 and Pillow turn the image unless the color type says otherwise; both turn a
        TIFF file in any case.

        Args:
            color_type: That of `LoadImageFromFile`.
            backend: Its `imdecode_backend`.
        """
        return self.turned_size if self.is_turned(color_type, backend) else self.size

    def is_turned(self, color_type: str, backend: str) -> bool:
        """Return whether mmcv turns or mirrors the image as its orientation says."""
        if self.orientation == 1 or backend not in ('cv2', 'pillow'):
            return False
        return color_type in ('color', 'grayscale') or self.format == 'TIFF'


def read_header(path: str | Path) -> Header:
    """Read the header of an image file, not its pixels.

    Raises:
        HeaderError: The file cannot be opened, or Pillow knows no such format.
    """
    path = str(path)
    try:
        with Image.open(path) as image:
            return _header(image)
    except FileNotFoundError:
        raise HeaderError(path, 'there is no such file') from None
    except UnidentifiedImageError:
        raise HeaderError(path, _what_else(path)) from None
    except Image.DecompressionBombError as error:
        raise HeaderError(
            path, f'it has too many pixels for Pillow ({error})'
        ) from None
    except Exception as error:  # Pillow's readers raise many kinds on broken files
        words = getattr(error, 'strerror', None) or str(error) or type(error).__name__
        raise HeaderError(path, words) from None


def _header(image: Any) -> Header:
    orientation = _orientation(image)
    size = image.size
    # Pillow's size of a TIFF file is that after turning.
    if image.format == 'TIFF' and orientation in TURNED_BY_A_QUARTER:
        size = size[::-1]
    return Header(
        format=image.format,
        size=size,
        mode=image.mode,
        bits=_bits(image),
        channels=len(image.getbands()),
        orientation=orientation,
    )


def _orientation(image: Any) -> int:
    if image.format != 'TIFF' and 'exif' not in image.info:
        return 1
    value = image.getexif().get(ORIENTATION, 1)
    return value if value in range(1, 9) else 1


def _bits(image: Any) -> int:
    if hasattr(image, 'tag_v2') and image.tag_v2.get(BITS_PER_SAMPLE):
        return max(image.tag_v2[BITS_PER_SAMPLE])
    # Pillow cuts 16-bit colours to 8 and stretches 2- and 4-bit grey to 8: only how it
    # will decode them says so.
    how = f'{image.mode}{[tile[3] for tile in image.tile]}'
    for bits in (16, 4, 2):
        if f'L;{bits}' in how or (bits == 16 and ';16' in how):
            return bits
    return BITS.get(image.mode, 8)


def _what_else(path: str) -> str:
    """Return what a file that is no image is instead."""
    with open(path, 'rb') as stream:
        start = stream.read(64).lstrip()
    if not start:
        return 'it is empty'
    for first, words in NOT_AN_IMAGE.items():
        if start.startswith(first):
            return words
    return 'its format is unknown, or the file is damaged'

# SPDX-License-Identifier: Apache-2.0
"""The images of a data set: where they are, and their size as training loads them."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mmmetaformer.checks.images.header import Header, HeaderError, read_header
from mmmetaformer.checks.label_maps.listing import PICTURES, list_pictures

from .problems import Problems

__all__ = ['Images', 'loaded_size', 'read_or_note', 'turn_array', 'turn_points']


Scalar = TypeVar('Scalar', bound=np.generic)


class Images:
    """The image files below some folders, found by name.

    Args:
        folders: Where to look, the first one first.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._by_name: dict[str, Path] = {}
        self._by_stem: dict[str, Path] = {}
        for folder in folders:
            for name in list_pictures(str(folder)):
                path = folder / name
                stem = os.path.splitext(name)[0]
                for key, table in ((name, self._by_name), (stem, self._by_stem)):
                    table.setdefault(key, path)
                    table.setdefault(os.path.basename(key), path)

    def find(self, *names: str) -> Path | None:
        """Return the image of the first name that is there, also in another suffix."""
        for name in names:
            plain = name.replace('\\', '/')
            base = plain.rpartition('/')[2]
            for key in (plain, base):
                if key in self._by_name:
                    return self._by_name[key]
            stem, suffix = os.path.splitext(plain)
            stem = stem if suffix.lower() in PICTURES else plain
            for key in (stem, stem.rpartition('/')[2]):
                if key in self._by_stem:
                    return self._by_stem[key]
        return None


def read_or_note(file: Path, problems: Problems) -> Header | None:
    """Return the header of an image; note a problem if it cannot be read."""
    try:
        return read_header(file)
    except HeaderError as error:
        problems.add(file, f'cannot be read: {error.reason}')
        return None


def loaded_size(header: Header) -> tuple[int, int]:
    """Return width and height as the configs load an image: turned as its EXIF says."""
    return header.size_for('color', 'cv2')


#: From a point of the stored image of (width, height) to one of the turned image, by
#: the EXIF orientation.
_TURNS = {
    1: lambda x, y, w, h: (x, y),
    2: lambda x, y, w, h: (w - x, y),
    3: lambda x, y, w, h: (w - x, h - y),
    4: lambda x, y, w, h: (x, h - y),
    5: lambda x, y, w, h: (y, x),
    6: lambda x, y, w, h: (h - y, x),
    7: lambda x, y, w, h: (h - y, w - x),
    8: lambda x, y, w, h: (y, w - x),
}


def turn_points(points: Iterable[float], header: Header) -> list[float]:
    """Turn x1, y1, x2, y2, ... of the stored image to the image as it is loaded."""
    turn = _TURNS[header.orientation]
    width, height = header.size
    flat = list(points)
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return [value for x, y in pairs for value in turn(x, y, width, height)]


def turn_array(array: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """Turn an (H, W) array of the stored image as an EXIF orientation says."""
    if orientation >= 5:
        array = array.T
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return np.ascontiguousarray(array)

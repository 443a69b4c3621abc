# SPDX-License-Identifier: Apache-2.0
"""Images that training turns as their EXIF orientation says, and their annotations."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mmmetaformer.checks.images.header import Header

from .problems import Notes

__all__ = ['SizeError', 'are_stored', 'loaded_size', 'turn_array', 'turn_points']

Scalar = TypeVar('Scalar', bound=np.generic)


class SizeError(Exception):
    """Annotations of an image of another size; the message says which."""


def loaded_size(header: Header) -> tuple[int, int]:
    """Return width and height as the configs load an image: turned as its EXIF says."""
    return header.size_for('color', 'cv2')


def are_stored(
    said: tuple[int, int] | None, header: Header, picture: Path, notes: Notes
) -> bool:
    """Return whether annotations are of the stored image and have to turn with it.

    Only their size shows it: where the turned image has the same one, or nothing says
    a size, they are taken for those of the turned image.

    Args:
        said: Width and height of the annotated image, None if nothing says it.
        header: That of the image.
        picture: Its file.
        notes: Gets what is turned, and where nobody knows.

    Raises:
        SizeError: The size is neither that of the stored image nor of the turned one.
    """
    size = loaded_size(header)
    if said is not None and said not in (header.size, size):
        raise SizeError(
            f'the size is {said[0]}x{said[1]}, but {picture} is {size[0]}x{size[1]}. '
            'Use the images that were annotated'
        )
    if header.orientation != 1 and (said is None or header.size == size):
        notes.add(
            'images are turned or mirrored by EXIF when they are loaded, and no size '
            'shows whether they were when they were annotated: look at them',
            picture,
        )
        return False
    if said is None or said == size:
        return False
    notes.add('images have annotations turned as EXIF turns the image', picture)
    return True


#: From a point of the stored image of (width, height) to one of the turned image, by
#: the EXIF orientation. Of the other ones, sizes do not show that they turn.
_TURNS = {
    5: lambda x, y, w, h: (y, x),
    6: lambda x, y, w, h: (h - y, x),
    7: lambda x, y, w, h: (h - y, w - x),
    8: lambda x, y, w, h: (y, w - x),
}


def turn_points(points: Iterable[float], header: Header) -> list[float]:
    """Turn x1, y1, x2, y2, ... of the stored image by its orientation, 5 to 8."""
    turn = _TURNS[header.orientation]
    width, height = header.size
    flat = list(points)
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return [value for x, y in pairs for value in turn(x, y, width, height)]


def turn_array(array: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """Turn an (H, W) array of the stored image by its orientation, 5 to 8."""
    array = array.T
    if orientation in (6, 7):
        array = array[:, ::-1]
    if orientation in (7, 8):
        array = array[::-1]
    return np.ascontiguousarray(array)

# SPDX-License-Identifier: Apache-2.0
"""The images that a data set names."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .header import Header, read_header

__all__ = ['ExpectedImage', 'ExpectedImages']


class ExpectedImage(NamedTuple):
    """An image that a data set names.

    Args:
        path: The file, as the host will open it.
        width: In pixels, as the annotations say; None if they do not.
        height: As `width`.
    """

    path: str
    width: int | None = None
    height: int | None = None


class ExpectedImages(NamedTuple):
    """The images that a data set names.

    Args:
        images: Each once. Addresses with a scheme, such as s3://, are left out by the
            checks.
        source: What names them: the annotation file or the folder.
        folder: The data set's image folder.
        read: Returns the header of one; it may have read it before.
    """

    images: Iterable[ExpectedImage]
    source: str
    folder: str
    read: Callable[[str], Header] = read_header

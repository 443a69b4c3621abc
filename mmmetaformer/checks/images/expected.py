# SPDX-License-Identifier: Apache-2.0
"""An image that a data set names."""

from typing import NamedTuple

__all__ = ['ExpectedImage']


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

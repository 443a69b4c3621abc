# SPDX-License-Identifier: Apache-2.0
"""Names that data sets give to what is no object."""

__all__ = ['is_background']

NAMES = ('background', 'bg')


def is_background(name: str) -> bool:
    """Return whether a class is the background, such as labelme's `_background_`."""
    return name.strip().strip('_').casefold() in NAMES

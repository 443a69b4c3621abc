# SPDX-License-Identifier: Apache-2.0
"""The split of a VOC folder: `ImageSets/Main`."""

import re
from pathlib import Path

from ..split import check_apart

__all__ = ['read_splits']

FOLDERS = ('ImageSets/Main', 'ImageSets')
#: The lists for training and for validation, the first pair that is there.
LISTS = (('train', 'val'), ('trainval', 'test'), ('train', 'test'))
#: Whether an image has the class of the list, after its name.
FLAG = re.compile(r'\s+-?[01]$')


def read_splits(folder: Path) -> dict[str, str]:
    """Return 'train' or 'val' for each name in the lists; empty without lists.

    Raises:
        ConfigError: An image is in both lists.
    """
    for place in FOLDERS:
        for train, val in LISTS:
            files = [folder / place / f'{name}.txt' for name in (train, val)]
            if not all(file.is_file() for file in files):
                continue
            names = [_names(file) for file in files]
            if not all(names):
                continue
            check_apart(names[0], names[1], (files[0], files[1]))
            return {
                **dict.fromkeys(names[0], 'train'),
                **dict.fromkeys(names[1], 'val'),
            }
    return {}


def _names(file: Path) -> list[str]:
    """Return the name of each line, without the 1, 0 or -1 of lists of one class."""
    lines = map(str.strip, file.read_text(encoding='utf-8').splitlines())
    names = [line for line in lines if line]
    # Names may end so, too, but hardly all of them.
    has_flags = all(map(FLAG.search, names))
    return [FLAG.sub('', name) for name in names] if has_flags else names

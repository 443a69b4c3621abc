# SPDX-License-Identifier: Apache-2.0
"""A look at the headers of many image files, remembered until they change."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mmmetaformer.checks.progress import with_bar
from mmmetaformer.checks.remembered import remembered

from .header import Header, HeaderError

__all__ = ['Look', 'look', 'look_at', 'sampled']

#: Files that one look takes in: about a second's work.
MOST_FILES = 2000
THREADS = 8  # for slow disks: reading waits more than it computes

# A file that ends without these was probably cut off.
LAST_BYTES = {'JPEG': b'\xff\xd9', 'PNG': b'IEND'}
TAIL = 4096  # cameras append things


@dataclass(frozen=True)
class Look:
    """What a look at a file shows.

    Args:
        header: None if it cannot be read.
        problem: Why the file may be unreadable, '' if it seems sound.
    """

    header: Header | None
    problem: str = ''


def sampled(number: int) -> list[int]:
    """Return which of `number` files to look at, the same at each call: all if few."""
    if number <= MOST_FILES:
        return list(range(number))
    return sorted(random.Random(0).sample(range(number), MOST_FILES))


def look_at(paths: Sequence[str], read: Callable[[str], Header]) -> list[Look]:
    """Look at the headers of files that exist, unless they have not changed since.

    Args:
        paths: The files.
        read: `read_header`, or what has read some of them before.
    """
    return remembered(
        'image headers',
        map(Path, paths),
        list[Look],
        lambda: _look_at(paths, read),
    )


def look(path: str, read: Callable[[str], Header]) -> Look:
    """Look at the header and the last bytes of an image file."""
    try:
        header = read(path)
    except HeaderError as error:
        return Look(None, error.reason)
    last = LAST_BYTES.get(header.format)
    if last is not None:
        with open(path, 'rb') as stream:
            stream.seek(0, 2)
            stream.seek(-min(TAIL, stream.tell()), 2)
            if last not in stream.read():
                return Look(header, 'it ends too early: it was cut off')
    return Look(header)


def _look_at(paths: Sequence[str], read: Callable[[str], Header]) -> list[Look]:
    with ThreadPoolExecutor(THREADS) as pool:
        looks = pool.map(partial(look, read=read), paths)
        return list(with_bar(looks, 'headers of images', len(paths)))

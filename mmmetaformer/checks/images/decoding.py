# SPDX-License-Identifier: Apache-2.0
"""Decoding every image of a data set, which finds damage inside the files."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from mmmetaformer.checks.progress import with_bar
from mmmetaformer.checks.remembered import remembered

__all__ = ['decode_all']


def decode_all(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return the images that cannot be decoded to the end, and why.

    Remembered until a file changes.

    Args:
        paths: Image files that exist.
    """
    return remembered(
        'decoded images',
        map(Path, paths),
        list[tuple[str, str]],
        lambda: _decode_all(paths),
    )


def _decode_all(paths: Sequence[str]) -> list[tuple[str, str]]:
    # Pillow decodes outside Python's lock.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = with_bar(pool.map(_problem, paths), 'decoding images', len(paths))
        return [(p, words) for p, words in zip(paths, problems, strict=True) if words]


def _problem(path: str) -> str:
    """Return why an image cannot be decoded, '' if it can."""
    try:
        with Image.open(path) as image:
            # A JPEG of an eighth of the size needs all of the file, too.
            image.draft('L', (1, 1))
            image.load()
    except Exception as error:  # Pillow's readers raise many kinds on broken files
        return str(error) or type(error).__name__
    return ''

# SPDX-License-Identifier: Apache-2.0
"""The image files in a folder of images or of label maps."""

import os
from collections import Counter
from collections.abc import Iterable

__all__ = ['PICTURES', 'count_suffixes', 'list_pictures']

#: Suffixes of image files, in lower case.
PICTURES = ('.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff', '.gif', '.webp', '.ppm')


def list_pictures(folder: str) -> list[str]:
    """Return the paths of the image files below a folder, relative to it, sorted.

    Links are followed and hidden files left out, as mmseg does.
    """
    found = []
    for parent, _, files in os.walk(folder, followlinks=True):
        below = os.path.relpath(parent, folder)
        start = '' if below == '.' else below + os.sep
        found += [
            start + name
            for name in files
            if name.lower().endswith(PICTURES) and not name.startswith('.')
        ]
    return sorted(found)


def count_suffixes(names: Iterable[str]) -> str:
    """Return how many names end how, such as '4 .png, 1 .JPG'."""
    counts = Counter(os.path.splitext(name)[1] for name in names)
    return ', '.join(f'{number} {suffix}' for suffix, number in counts.most_common())

# SPDX-License-Identifier: Apache-2.0
"""The images and videos that a command line names."""

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from mmmetaformer.errors import ConfigError

__all__ = ['VIDEOS', 'find_images', 'is_video']

#: Suffixes of what OpenCV reads, as far as a folder is looked through.
IMAGES = (
    '.bmp', '.jpeg', '.jpg', '.pgm', '.png', '.ppm', '.tif', '.tiff', '.webp',
)  # fmt: skip
VIDEOS = ('.avi', '.m4v', '.mkv', '.mov', '.mp4', '.mpeg', '.mpg', '.webm', '.wmv')


def is_video(path: str) -> bool:
    """Return whether a file is a video, by its suffix."""
    return path.lower().endswith(VIDEOS)


def find_images(words: Sequence[str]) -> list[str]:
    """Return the files that a command line names, each once, in its order.

    Args:
        words: Files of any name; folders, which are searched for images and videos at
            any depth; patterns such as 'photos/**/*.jpg'.

    Raises:
        ConfigError: One of them is or has no file.
    """
    found: dict[str, str] = {}
    for word in words:
        for path in _files(os.path.expanduser(word)):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def _files(word: str) -> list[str]:
    path = Path(word)
    if path.is_dir():
        files = sorted(str(one) for one in path.rglob('*') if _is_wanted(one))
        if not files:
            raise ConfigError(
                f'{word} has no images: none of its files ends in {", ".join(IMAGES)}'
            )
        return files
    if path.exists():
        return [word]
    # A name may have a bracket in it; so only what does not exist is a pattern.
    matches = sorted(glob.glob(word, recursive=True))
    files = [one for one in matches if os.path.isfile(one)]
    if files:
        return files
    if glob.has_magic(word):
        raise ConfigError(f'no file matches {word!r}')
    raise ConfigError(f'there is no image {word}')


def _is_wanted(path: Path) -> bool:
    hidden = path.name.startswith('.')
    return not hidden and path.suffix.lower() in IMAGES + VIDEOS and path.is_file()

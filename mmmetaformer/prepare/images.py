# SPDX-License-Identifier: Apache-2.0
"""The image files of a data set."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from mmmetaformer.checks.images.header import Header, HeaderError, read_header
from mmmetaformer.checks.label_maps.listing import PICTURES, list_pictures
from mmmetaformer.text import shortened

from .problems import Problems

__all__ = ['Images', 'missing_image', 'read_or_note']


class Images:
    """The image files below some folders, found by name.

    Args:
        folders: Where to look, the first one first.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        #: By path below a folder, with and without a suffix.
        self._paths: dict[str, Path] = {}
        #: By name without folders, with and without a suffix: those of the first
        #: folder that has any.
        self._bases: dict[str, list[Path]] = {}
        self._annotations: dict[str, Path] = {}
        for folder in folders:
            bases: dict[str, list[Path]] = {}
            for name in list_pictures(str(folder)):
                for key in (name, os.path.splitext(name)[0]):
                    self._paths.setdefault(key, folder / name)
                    bases.setdefault(os.path.basename(key), []).append(folder / name)
            self._bases = bases | self._bases

    def find(self, *names: str) -> Path | None:
        """Return the image of the first name that is there, also in another suffix.

        An image in another folder is taken only if no other one has its name.
        """
        keys = _keys(names)
        for key in keys:
            if key in self._paths:
                return self._paths[key]
        for key in keys:
            if len(same := self._bases.get(os.path.basename(key), [])) == 1:
                return same[0]
        return None

    def several(self, name: str) -> Sequence[Path]:
        """Return the images that have this name in other folders."""
        every = (self._bases.get(os.path.basename(key), ()) for key in _keys([name]))
        return next((same for same in every if same), ())

    def take(self, picture: Path, annotation: Path, problems: Problems) -> None:
        """Note a problem if the image belongs to another annotation already."""
        first = self._annotations.setdefault(os.path.abspath(picture), annotation)
        if first != annotation:
            problems.add(
                annotation,
                f'its image {picture} is that of {first}, too. Remove one of them',
            )


def _keys(names: Iterable[str]) -> list[str]:
    """Return each name with its suffix, then without it if it is that of an image."""
    keys = []
    for name in names:
        plain = name.replace('\\', '/')
        stem, suffix = os.path.splitext(plain)
        keys += [plain, stem] if suffix.lower() in PICTURES else [plain]
    return keys


def missing_image(images: Images, name: str) -> str:
    """Return the words on an image that `Images.find` did not find."""
    same = images.several(name)
    if not same:
        return f'its image {name} is not there'
    return (
        f'its image {name} is not there, and several have its name: '
        f'{shortened(same, 2)}'
    )


def read_or_note(file: Path, problems: Problems) -> Header | None:
    """Return the header of an image; note a problem if it cannot be read."""
    try:
        return read_header(file)
    except HeaderError as error:
        problems.add(file, f'cannot be read: {error.reason}')
        return None

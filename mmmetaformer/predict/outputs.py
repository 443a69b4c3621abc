# SPDX-License-Identifier: Apache-2.0
"""What the files with the predictions are called."""

import os
from collections.abc import Sequence
from pathlib import Path

from mmmetaformer.errors import ConfigError

__all__ = ['Outputs', 'names_for']


class Outputs:
    """The files in an output folder.

    Args:
        folder: It need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: COCO's results: a list of objects.
        self.results = folder / 'results.json'
        #: What the numbers of images and categories in it stand for.
        self.images = folder / 'images.json'

    def picture(self, name: str, suffix: str = '.jpg') -> Path:
        """Return the drawn image, or video."""
        return self.folder / 'pictures' / f'{name}{suffix}'

    def labels(self, name: str, frame: int | None = None) -> Path:
        """Return the label map, of a video that of one of its frames."""
        folder = self.folder / 'labels'
        if frame is None:
            return folder / f'{name}.png'
        return folder / name / f'{frame:06d}.png'

    def part(self, process: int) -> Path:
        """Return where a process collects objects until all are done."""
        return self.folder / f'.results_{process}.part'

    def check(self, files: Sequence[str], names: Sequence[str]) -> None:
        """Refuse to write over the images that are predicted on.

        Args:
            files: The images.
            names: Theirs, from `names_for`.

        Raises:
            ConfigError: One would be overwritten.
        """
        inputs = {os.path.realpath(file) for file in files}
        for name in names:
            for path in (self.picture(name), self.picture(name, '.mp4')):
                if os.path.realpath(path) in inputs:
                    raise ConfigError(
                        f'{path} is one of the images, and its prediction would '
                        'overwrite it. Choose another folder: --out'
                    )


def names_for(files: Sequence[str], words: Sequence[str]) -> list[str]:
    """Return a name without suffix for the outputs of each file; all differ.

    Files of a folder keep their place in it. Of files with one name, later ones get
    their number.

    Args:
        files: The images.
        words: What the command line names; folders among them.
    """
    folders = [os.path.realpath(os.path.expanduser(word)) for word in words]
    folders = [folder for folder in folders if os.path.isdir(folder)]
    taken: set[str] = set()
    names = []
    for file in files:
        base = os.path.splitext(_within(os.path.realpath(file), folders))[0]
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f'{base}_{number}'
        taken.add(name.casefold())
        names.append(name)
    return names


def _within(file: str, folders: Sequence[str]) -> str:
    inside = [one for one in folders if file.startswith(one + os.sep)]
    if inside:
        return os.path.relpath(file, max(inside, key=len))
    return os.path.basename(file)

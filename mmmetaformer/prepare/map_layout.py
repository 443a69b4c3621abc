# SPDX-License-Identifier: Apache-2.0
"""Write label maps in ADE20K's layout."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mmmetaformer.checks.progress import with_bar
from mmmetaformer.errors import ConfigError

from .place import Placer
from .problems import Notes, Problems

__all__ = ['IGNORED_LABEL', 'MappedImage', 'MaskError', 'write_map_layout']

FOLDERS = {'train': 'training', 'val': 'validation'}
#: What training and metrics leave out.
IGNORED_LABEL = 255
MOST_CLASSES = 255  # label maps have 8 bits, and 255 is ignored
#: Spellings of one suffix.
SAME = {'.jpeg': '.jpg', '.tiff': '.tif'}


class MaskError(Exception):
    """A mask that cannot be read or has pixels of no class; the message says which.

    Attributes:
        way_out: A sentence on what to do, the same for all masks.
    """

    def __init__(self, message: str, way_out: str = '') -> None:
        super().__init__(message)
        self.way_out = way_out


@dataclass(frozen=True)
class MappedImage:
    """An image and its label map.

    Attributes:
        image: The image file.
        map_file: The file that the labels are from.
        stem: Its name in the new layout, without a suffix.
        labels: Return the label map, (H, W), with classes from 0 and 255 for none; it
            raises MaskError.
        ready: A file that is this label map already, None if it has to be written.
        split: 'train' or 'val' where the format says so, '' where it does not.
    """

    image: Path
    map_file: Path
    stem: str
    labels: Callable[[], NDArray[np.uint8]]
    ready: Path | None = None
    split: str = ''


def write_map_layout(
    folder: Path,
    images: Sequence[MappedImage],
    classes: Sequence[str],
    placer: Placer,
    notes: Notes,
) -> dict[str, NDArray[np.int64]]:
    """Write `images/`, `annotations/` and `classes.txt`, the first class as label 0.

    Args:
        folder: An empty folder.
        images: With the split of each set.
        classes: The names in the order of their labels.
        placer: What puts images into the folders.
        notes: Gets a line if images have several suffixes.

    Returns:
        The number of maps of each split in which each of the 256 labels is.

    Raises:
        ConfigError: There are more classes than labels, two images would get the same
            name, or label maps have faults.
    """
    if len(classes) > MOST_CLASSES:
        raise ConfigError(
            f'{len(classes)} classes: label maps of 8 bits have room for {MOST_CLASSES}'
        )
    suffix = _suffix(images, notes)
    problems, way_out = Problems(), ''
    maps_with = {split: np.zeros(256, np.int64) for split in FOLDERS}
    for one in with_bar(images, 'label maps', len(images)):
        picture = folder / 'images' / FOLDERS[one.split] / f'{one.stem}{suffix}'
        target = folder / 'annotations' / FOLDERS[one.split] / f'{one.stem}.png'
        if target.exists():
            raise ConfigError(
                f'{one.image}: another image of {one.split} is called {one.stem}, too. '
                'Rename one of them'
            )
        try:
            labels = one.labels()
        except MaskError as error:
            problems.add(one.map_file, str(error))
            way_out = way_out or error.way_out
            continue
        maps_with[one.split] += np.bincount(labels.ravel(), minlength=256) > 0
        placer.place(one.image, picture)
        if one.ready is not None:
            placer.place(one.ready, target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(labels).save(target)
    problems.stop(way_out)
    lines = ''.join(f'{name}\n' for name in classes)
    (folder / 'classes.txt').write_text(lines, encoding='utf-8')
    return maps_with


def _suffix(images: Sequence[MappedImage], notes: Notes) -> str:
    """Return the suffix that all images get: mmseg reads one per data set."""
    plain = [os.path.splitext(one.image.name)[1].lower() for one in images]
    counts = Counter(SAME.get(suffix, suffix) for suffix in plain)
    (suffix, _), *others = counts.most_common()
    for other, count in others:
        notes.extra.append(
            f'{count:,} {other} images are named {suffix}, since one data set has one '
            'suffix: the content is unchanged, and loaders go by the content'
        )
    return suffix

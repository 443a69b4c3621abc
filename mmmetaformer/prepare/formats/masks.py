# SPDX-License-Identifier: Apache-2.0
"""Images and masks in two folders: colours or numbers in the pixels."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mmmetaformer.checks.images.header import Header
from mmmetaformer.checks.label_maps.listing import list_pictures
from mmmetaformer.checks.progress import with_bar
from mmmetaformer.errors import ConfigError

from ..images import read_or_note
from ..map_layout import MappedImage, MaskError
from ..problems import Notes, Problems
from ..turned import SizeError, are_stored, loaded_size, turn_array

__all__ = ['Meaning', 'read_masks']

Reader = Callable[[Path], NDArray[np.uint8]]
#: Sub-folders that say which images are for what.
SPLITS = {
    'train': 'train',
    'training': 'train',
    'val': 'val',
    'valid': 'val',
    'validation': 'val',
}
PROBES = 50  # images by which the suffix of the masks is found
MAX_BITS = 8


@dataclass(frozen=True)
class Meaning:
    """What is in the pixels of masks.

    Attributes:
        classes: The names in the order of their labels.
        read: From a file to labels from 0; raises MaskError.
        unchanged: Whether a mask with 8 bits is a label map as it is.
    """

    classes: Sequence[str]
    read: Reader
    unchanged: bool


def read_masks(
    images: Path,
    masks: Path,
    meaning: Meaning,
    split: str,
    skip_missing: bool,
    notes: Notes,
) -> list[MappedImage]:
    """Pair the images of a folder with the masks of another.

    A mask has the name of its image, or that and an end that all masks share, such as
    `_mask`. Sub-folders `train` and `val` in both folders are the split.

    Args:
        images: The folder of the images.
        masks: The folder of the masks.
        meaning: What is in their pixels.
        split: 'train' or 'val' for all of them, '' for the sub-folders' or none.
        skip_missing: Leave out images without a mask.
        notes: Gets what was left out.

    Raises:
        ConfigError: A folder has no images, or images have no mask.
    """
    names, there = (_list(folder) for folder in (images, masks))
    stems = {os.path.splitext(name)[0]: name for name in there}
    end = _end([os.path.splitext(name)[0] for name in names], list(stems))
    problems = Problems()
    found = []
    for name in with_bar(names, 'images', len(names)):
        stem = os.path.splitext(name)[0]
        mask = stems.get(stem + end)
        if mask is None:
            if skip_missing:
                notes.add('images without a mask were left out', images / name)
            else:
                problems.add(
                    images / name,
                    f'has no mask {masks / (stem + end)}.*. Leave such images out '
                    'with --skip-missing',
                )
            continue
        header = read_or_note(images / name, problems)
        if header is None:
            continue
        first, _, rest = stem.partition('/')
        own = SPLITS.get(first.lower(), '') if rest and not split else ''
        found.append(
            _mapped(
                images / name,
                masks / mask,
                rest if own else stem,
                split or own,
                header,
                meaning,
                notes,
            )
        )
    problems.stop()
    if not found:
        raise ConfigError(f'no image of {images} has a mask in {masks}')
    return found


def _list(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise ConfigError(f'{folder} is no folder')
    names = list_pictures(str(folder))
    if not names:
        raise ConfigError(f'{folder} has no image files')
    return names


def _end(images: Sequence[str], masks: Sequence[str]) -> str:
    """Return what follows an image's name in that of its mask, the most frequent."""
    there = set(masks)
    counts: Counter[str] = Counter()
    for stem in images[:PROBES]:
        if stem in there:
            counts[''] += 1
        counts.update(
            mask[len(stem) :]
            for mask in masks
            if mask.startswith(stem) and mask != stem and '/' not in mask[len(stem) :]
        )
    return counts.most_common(1)[0][0] if counts else ''


def _mapped(
    image: Path,
    mask: Path,
    stem: str,
    split: str,
    header: Header,
    meaning: Meaning,
    notes: Notes,
) -> MappedImage:
    def labels() -> NDArray[np.uint8]:
        read = meaning.read(mask)
        rows, columns = read.shape
        try:
            turns = are_stored((columns, rows), header, image, notes)
        except SizeError as error:
            raise MaskError(str(error)) from None
        return turn_array(read, header.orientation) if turns else read

    fits = meaning.unchanged and _fits(mask, loaded_size(header))
    ready = mask if fits else None
    return MappedImage(image, mask, stem, labels, ready, split)


def _fits(mask: Path, size: tuple[int, int]) -> bool:
    """Return whether training reads this file as it is."""
    header = read_or_note(mask, Problems())  # reading the labels reports it
    return (
        header is not None
        and header.format == 'PNG'
        and (header.channels, header.bits) == (1, MAX_BITS)
        and header.size == size
    )

# SPDX-License-Identifier: Apache-2.0
"""Conversions to ADE20K's layout, from the command line to the new folder."""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mmmetaformer.errors import ConfigError

from .formats.cityscapes import CITYSCAPES_CLASSES, read_cityscapes
from .formats.labelme_maps import read_labelme_maps
from .formats.mask_meaning import mask_meaning
from .formats.masks import read_masks
from .map_layout import MappedImage, write_map_layout
from .new_folder import check_new, new_folder
from .place import Placer
from .problems import Notes
from .report import next_commands, report_counts
from .settle_split import settle_split

__all__ = ['convert_maps']

CONFIG = 'configs/upernet_convformer.py'


def convert_maps(args: argparse.Namespace, classes: Sequence[str] | None) -> None:
    """Convert masks, LabelMe or Cityscapes to ADE20K's layout and print what was done.

    Args:
        args: The arguments of `tools/prepare_data.py`.
        classes: The names of `--classes`.

    Raises:
        ConfigError: The data cannot be read, or the target cannot be written.
    """
    target = Path(args.out)
    check_new(target, '--out')
    notes = Notes()
    images, names = _read(args, classes, notes)
    own = [one.split for one in images]
    splits, said = settle_split([one.stem for one in images], own, args.val, args.seed)
    images = [
        replace(one, split=split)
        for one, split in zip(images, splits, strict=True)
        if split
    ]
    placer = Placer(args.copy)
    ready = [one.ready for one in images if one.ready is not None]
    placer.check_space([*(one.image for one in images), *ready], target)
    with new_folder(target, '--out') as folder:
        maps_with = write_map_layout(folder, images, names, placer, notes)
    numbers = Counter(splits)
    lines = report_counts(
        target,
        {split: numbers[split] for split in ('train', 'val')},
        {
            name: {split: int(maps_with[split][label]) for split in maps_with}
            for label, name in enumerate(names)
        },
        'maps',
        [*notes.lines(), *said, placer.words()],
    )
    commands = next_commands(CONFIG, target, ['--labels-from', '0'])
    print(*lines, *commands, sep='\n')


def _read(
    args: argparse.Namespace, classes: Sequence[str] | None, notes: Notes
) -> tuple[list[MappedImage], list[str]]:
    if args.format == 'cityscapes':
        images = read_cityscapes(Path(args.source), args.skip_missing, notes)
        return images, CITYSCAPES_CLASSES
    if args.format == 'labelme':
        return read_labelme_maps(
            Path(args.source), classes, args.subset, args.skip_missing, notes
        )
    if (args.val_images is None) != (args.val_masks is None):
        raise ConfigError('--val-images and --val-masks belong together: name both')
    meaning = mask_meaning(args, classes)
    skip = args.skip_missing
    has_val = args.val_images is not None
    images = read_masks(
        Path(args.images),
        Path(args.masks),
        meaning,
        'train' if has_val else '',
        skip,
        notes,
    )
    if has_val:
        places = Path(args.val_images), Path(args.val_masks)
        images += read_masks(*places, meaning, 'val', skip, notes)
    return images, list(meaning.classes)

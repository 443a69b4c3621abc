# SPDX-License-Identifier: Apache-2.0
"""Conversions to COCO's layout, from the command line to the new folder."""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .coco_layout import write_coco_layout
from .formats.labelme import read_labelme
from .formats.voc import read_voc
from .formats.voc_file import VocOptions
from .formats.yolo import read_yolo
from .new_folder import check_new, new_folder
from .objects import AnnotatedImage, AnnotatedSet
from .place import Placer
from .report import next_commands, report_counts
from .settle_split import settle_split

__all__ = ['convert_boxes']


def convert_boxes(args: argparse.Namespace, classes: Sequence[str] | None) -> None:
    """Convert VOC, YOLO or LabelMe to COCO's layout and print what was done.

    Args:
        args: The arguments of `tools/prepare_data.py`.
        classes: The names of `--classes`.

    Raises:
        ConfigError: The data cannot be read, or the target cannot be written.
    """
    target = Path(args.out)
    check_new(target, '--out')
    data = _read(args, classes)
    images = _with_splits(data, args)
    placer = Placer(args.copy)
    placer.check_space([image.file for image in images], target)
    with new_folder(target, '--out') as folder:
        write_coco_layout(folder, images, data.classes, placer)
    data.notes.append(placer.words())
    print(*_report(target, images, data), sep='\n')


def _read(args: argparse.Namespace, classes: Sequence[str] | None) -> AnnotatedSet:
    source = Path(args.source)
    if args.format == 'yolo':
        return read_yolo(source, classes, args.subset, args.val is None)
    if args.format == 'labelme':
        return read_labelme(source, classes, args.subset, args.skip_missing)
    options = VocOptions(
        first=args.boxes_from,
        difficult=args.difficult,
        images=Path(args.images) if args.images else None,
        annotations=Path(args.annotations) if args.annotations else None,
        skip_missing=args.skip_missing,
        own_split=args.val is None,
    )
    return read_voc(source, options, classes, args.subset)


def _with_splits(data: AnnotatedSet, args: argparse.Namespace) -> list[AnnotatedImage]:
    names = [image.name for image in data.images]
    own = [image.split for image in data.images]
    splits, lines = settle_split(names, own, args.val, args.seed)
    data.notes.extend(lines)
    return [
        replace(image, split=split)
        for image, split in zip(data.images, splits, strict=True)
        if split
    ]


def _report(
    target: Path, images: Sequence[AnnotatedImage], data: AnnotatedSet
) -> list[str]:
    numbers = Counter(image.split for image in images)
    counts: dict[str, Counter[str]] = {name: Counter() for name in data.classes}
    for image in images:
        for thing in image.things:
            counts[thing.name][image.split] += 1
    masks = any(thing.has_mask for image in images for thing in image.things)
    boxes = any(not thing.has_mask for image in images for thing in image.things)
    if masks and boxes:
        data.notes.append('objects without a mask have their rectangle as one')
    config = f'configs/{"mask" if masks else "faster"}_rcnn_convformer.py'
    by_split = {split: numbers[split] for split in ('train', 'val')}
    return [
        *report_counts(target, by_split, counts, 'objects', data.notes),
        *next_commands(config, target),
    ]

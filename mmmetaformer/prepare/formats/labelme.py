# SPDX-License-Identifier: Apache-2.0
"""LabelMe's shapes as objects."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmmetaformer.datasets.run_lengths import run_lengths

from ..objects import AnnotatedImage, AnnotatedSet, Thing
from ..problems import Notes
from .boxes import box_around
from .classes import keep_classes, settle_classes
from .labelme_files import BACKGROUND, IGNORED, LabelmeFile, read_labelme_files
from .outlines import Outline, paint

__all__ = ['read_labelme']

#: What a detector does not learn.
NO_CLASS = (BACKGROUND, IGNORED)


def read_labelme(
    folder: Path, classes: Sequence[str] | None, subset: bool, skip_missing: bool
) -> AnnotatedSet:
    """Read a folder of LabelMe's as objects.

    Shapes of one name and one `group_id` are parts of one object. Rectangles are boxes
    unless the folder also has polygons, circles or masks.

    Args:
        folder: With JSON files and their images.
        classes: The names of `--classes`, None for those that are found.
        subset: Leave out objects of other classes.
        skip_missing: Leave out files whose image is missing.

    Raises:
        ConfigError: A file is missing or wrong.
    """
    notes = Notes()
    files = read_labelme_files(folder, skip_missing, notes)
    images = [
        AnnotatedImage(file.image, file.name, file.size, _things(file))
        for file in files
    ]
    found = {thing.name for image in images for thing in image.things}
    if classes is not None:
        classes = [name for name in classes if name not in NO_CLASS]
    names = settle_classes(found.difference(NO_CLASS), classes, subset)
    return AnnotatedSet(keep_classes(images, names), names, notes.lines())


def _things(file: LabelmeFile) -> list[Thing]:
    groups: dict[object, list[Outline]] = {}
    for index, outline in enumerate(file.outlines):
        alone = outline.group is None
        key = ('alone', index) if alone else (outline.name, outline.group)
        groups.setdefault(key, []).append(outline)
    things = []
    for parts in groups.values():
        name = parts[0].name
        if any(part.mask is not None for part in parts):
            things.append(_masked(name, parts, file.size))
            continue
        polygons = [polygon for part in parts for polygon in part.inside]
        box = box_around(polygons)
        boxes_only = all(part.is_box for part in parts) and len(parts) == 1
        things.append(Thing(name, box, () if boxes_only else polygons))
    return things


def _masked(name: str, parts: Sequence[Outline], size: tuple[int, int]) -> Thing:
    """Return an object of which at least one part is a mask."""
    mask = paint(parts, size, [1] * len(parts), 0).astype(bool)
    rows, columns = np.nonzero(mask)
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    left, top, right, bottom = (float(side) for side in box)
    return Thing(name, (left, top, right, bottom), rle=run_lengths(mask))

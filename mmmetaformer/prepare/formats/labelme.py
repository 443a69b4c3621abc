# SPDX-License-Identifier: Apache-2.0
"""LabelMe: a JSON file of shapes for each image."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmmetaformer.checks.images.header import Header
from mmmetaformer.checks.progress import with_bar
from mmmetaformer.errors import ConfigError

from ..images import Images, loaded_size, read_or_note, turn_array, turn_points
from ..objects import AnnotatedImage, AnnotatedSet, Thing
from ..problems import Notes, Problems
from .boxes import box_around, cut_polygons
from .classes import keep_classes, settle_classes
from .labelme_shapes import SHAPES, ShapeError, mask_of, polygon_of
from .outlines import Outline, paint

__all__ = ['IGNORED', 'LabelmeFile', 'read_labelme', 'read_labelme_files']

#: What LabelMe's own class lists call pixels that do not count.
IGNORED = '__ignore__'


@dataclass(frozen=True)
class LabelmeFile:
    """One JSON file.

    Attributes:
        image: The image file.
        name: Its name in the new layout.
        size: Width and height as training loads it.
        outlines: The shapes, in the order in which they are drawn.
    """

    image: Path
    name: str
    size: tuple[int, int]
    outlines: Sequence[Outline]


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
        AnnotatedImage(file.image, file.name, file.size, _things(file, notes))
        for file in files
    ]
    found = (thing.name for image in images for thing in image.things)
    names = settle_classes((one for one in found if one != IGNORED), classes, subset)
    return AnnotatedSet(keep_classes(images, names), names, notes.lines())


def read_labelme_files(
    folder: Path, skip_missing: bool, notes: Notes
) -> list[LabelmeFile]:
    """Read the JSON files of a folder.

    Raises:
        ConfigError: A file is missing or wrong.
    """
    if not folder.is_dir():
        raise ConfigError(f'{folder} is no folder')
    problems = Problems()
    every = sorted(folder.rglob('*.json'))
    contents = [(file, _load(file, problems)) for file in every]
    files = [(f, c) for f, c in contents if isinstance(c, Mapping) and 'shapes' in c]
    if not files and not problems.found:
        raise ConfigError(
            f'{folder} has no JSON file of LabelMe (with `shapes`), of {len(every)} '
            '.json files'
        )
    images = Images([folder])
    found = []
    for file, content in with_bar(files, 'annotations', len(files)):
        one = _read(file, content, folder, images, skip_missing, problems, notes)
        if one is not None:
            found.append(one)
    problems.stop()
    return found


def _load(file: Path, problems: Problems) -> Any:
    try:
        return json.loads(file.read_text(encoding='utf-8'))
    except json.JSONDecodeError as error:
        problems.add(f'{file}:{error.lineno}', f'not well-formed JSON ({error.msg})')
    except UnicodeDecodeError:
        problems.add(file, 'is not UTF-8: export it again')
    return None


def _read(
    file: Path,
    content: Mapping[str, Any],
    folder: Path,
    images: Images,
    skip_missing: bool,
    problems: Problems,
    notes: Notes,
) -> LabelmeFile | None:
    name = str(content.get('imagePath') or '').replace('\\', '/')
    beside = file.parent / name
    below = file.relative_to(folder).with_suffix('').as_posix()
    picture = beside if name and beside.is_file() else images.find(below, name)
    if picture is None and skip_missing:
        notes.add('annotations without an image were left out', file)
        return None
    if picture is None:
        problems.add(
            file,
            f'its image {name or below} is not there. Leave such annotations out with '
            '--skip-missing',
        )
        return None
    header = read_or_note(picture, problems)
    if header is None:
        return None
    size = loaded_size(header)
    said = (content.get('imageWidth'), content.get('imageHeight'))
    turns = said == header.size != size
    if None not in said and said not in (header.size, size):
        problems.add(
            file,
            f'the size is {said[0]}x{said[1]}, but {picture} is {size[0]}x{size[1]}. '
            'Use the images that were annotated',
        )
        return None
    if turns:
        notes.add('images have shapes turned as EXIF turns the image', picture)
    outlines = []
    for index, shape in enumerate(content['shapes']):
        where = f'{file}: shape {index}'
        try:
            outline = _outline(shape, header, turns, where, notes)
        except ShapeError as error:
            problems.add(where, str(error))
            continue
        if outline is not None:
            outlines.append(outline)
    return LabelmeFile(picture, below + picture.suffix.lower(), size, outlines)


def _outline(
    shape: Any, header: Header, turns: bool, where: str, notes: Notes
) -> Outline | None:
    if not isinstance(shape, Mapping) or not shape.get('label'):
        raise ShapeError('it has no label')
    kind = shape.get('shape_type') or 'polygon'
    shape = dict(shape, shape_type=kind)
    if kind not in SHAPES:
        notes.add(f'shapes of type {kind} enclose no area and were left out', where)
        return None
    name, group = str(shape['label']), shape.get('group_id')
    size = loaded_size(header)
    if kind == 'mask':
        mask = mask_of(shape, header.size if turns else size)
        if turns:
            mask = turn_array(mask, header.orientation)
        return Outline(name, (), mask, False, group, where)
    polygon = polygon_of(shape)
    if turns:
        polygon = turn_points(polygon, header)
    kept = cut_polygons([polygon], size, notes, where)
    is_box = kind == 'rectangle'
    return Outline(name, kept, None, is_box, group, where) if kept else None


def _things(file: LabelmeFile, notes: Notes) -> list[Thing]:
    groups: dict[object, list[Outline]] = {}
    for index, outline in enumerate(file.outlines):
        alone = outline.group is None
        key = ('alone', index) if alone else (outline.name, outline.group)
        groups.setdefault(key, []).append(outline)
    things = []
    for parts in groups.values():
        name = parts[0].name
        if any(part.mask is not None for part in parts):
            thing = _masked(name, parts, file.size)
            if thing is None:
                notes.add('empty masks were left out', parts[0].where)
            else:
                things.append(thing)
            continue
        polygons = [polygon for part in parts for polygon in part.polygons]
        box = box_around(polygons)
        boxes_only = all(part.is_box for part in parts) and len(parts) == 1
        things.append(Thing(name, box, () if boxes_only else polygons))
    return things


def _masked(name: str, parts: Sequence[Outline], size: tuple[int, int]) -> Thing | None:
    """Return an object of which at least one part is a mask, None if it is empty."""
    from pycocotools import mask as coco_mask

    mask = paint(parts, size, [1] * len(parts), 0).astype(bool)
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return None
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    left, top, right, bottom = (float(side) for side in box)
    return Thing(
        name,
        (left, top, right, bottom),
        rle=dict(size=list(rle['size']), counts=rle['counts'].decode('ascii')),
    )

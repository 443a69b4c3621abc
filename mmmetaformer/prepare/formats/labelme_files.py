# SPDX-License-Identifier: Apache-2.0
"""The JSON files of a LabelMe folder, as outlines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmmetaformer.checks.images.header import Header
from mmmetaformer.checks.progress import with_bar
from mmmetaformer.errors import ConfigError

from ..images import Images, missing_image, read_or_note
from ..problems import Notes, Problems
from ..turned import SizeError, are_stored, loaded_size, turn_array, turn_points
from .boxes import cut_polygons
from .labelme_shapes import SHAPES, ShapeError, mask_of, polygon_of
from .outlines import Outline

__all__ = ['BACKGROUND', 'IGNORED', 'LabelmeFile', 'read_labelme_files']

#: What LabelMe's own class lists call pixels that do not count.
IGNORED = '__ignore__'
#: What they call pixels without a shape.
BACKGROUND = '_background_'


@dataclass(frozen=True)
class LabelmeFile:
    """One JSON file.

    Attributes:
        source: The file itself.
        image: The image file.
        name: Its name in the new layout.
        size: Width and height as training loads it.
        outlines: The shapes, in the order in which they are drawn.
    """

    source: Path
    image: Path
    name: str
    size: tuple[int, int]
    outlines: Sequence[Outline]


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
    images = Images([folder])
    found = []
    number = 0
    for file in with_bar(every, 'annotations', len(every)):
        content = _load(file, problems)
        if not isinstance(content, Mapping) or 'shapes' not in content:
            continue  # other tools write JSON files, too
        number += 1
        one = _read(file, content, folder, images, skip_missing, problems, notes)
        if one is not None:
            found.append(one)
    problems.stop()
    if not number:
        raise ConfigError(
            f'{folder} has no JSON file of LabelMe (with `shapes`), of {len(every)} '
            '.json files'
        )
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
            f'{missing_image(images, name or below)}. Leave such annotations out with '
            '--skip-missing',
        )
        return None
    images.take(picture, file, problems)
    header = read_or_note(picture, problems)
    if header is None:
        return None
    size = loaded_size(header)
    width, height = content.get('imageWidth'), content.get('imageHeight')
    said = None if width is None or height is None else (width, height)
    try:
        turns = are_stored(said, header, picture, notes)
    except SizeError as error:
        problems.add(file, str(error))
        return None
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
    return LabelmeFile(file, picture, below + picture.suffix.lower(), size, outlines)


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
        return _cropped(name, mask, group, where, notes)
    polygon = polygon_of(shape)
    if turns:
        polygon = turn_points(polygon, header)
    inside = cut_polygons([polygon], size, notes, where)
    if not inside:
        return None
    is_box = kind == 'rectangle'
    return Outline(name, [polygon], None, is_box, group, where, inside=inside)


def _cropped(
    name: str, mask: NDArray[np.bool_], group: object, where: str, notes: Notes
) -> Outline | None:
    """Return a mask without the rows and columns around it, None if it is empty."""
    rows, columns = np.nonzero(mask)
    if not len(rows):
        notes.add('empty masks were left out', where)
        return None
    left, top = int(columns.min()), int(rows.min())
    part = mask[top : rows.max() + 1, left : columns.max() + 1].copy()
    return Outline(name, (), part, False, group, where, (left, top))

# SPDX-License-Identifier: Apache-2.0
"""The yaml file of a YOLO data set: classes, and the images of each split."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mmmetaformer.checks.label_maps.listing import list_pictures
from mmmetaformer.errors import ConfigError

from ..split import check_apart

__all__ = ['YoloSet', 'find_yolo_set']

#: Lists of classes that annotation tools write beside the labels.
LISTS = ('classes.txt', 'obj.names', 'labels/classes.txt')


@dataclass
class YoloSet:
    """What a YOLO data set consists of.

    Attributes:
        classes: The names in the order of their ids.
        images: The images of each split; '' for those of no split.
    """

    classes: list[str]
    images: dict[str, list[Path]]


def find_yolo_set(
    place: Path, classes: Sequence[str] | None, own_split: bool
) -> YoloSet:
    """Read the yaml file of a data set, or look at its folder.

    Args:
        place: The yaml file, or a folder with one, or one with images and labels.
        classes: The names of `--classes`, needed if no file has them.
        own_split: Keep the data set's split, if it has one; else its images are of no
            split, and each is there once.

    Raises:
        ConfigError: There is no such data set; the message says what is missing. Or an
            image is in both of its splits.
    """
    found = _find(place, classes)
    # Two names of one file, such as links of both folders, are one image.
    real = {
        split: {os.path.realpath(file): file for file in files}
        for split, files in found.images.items()
    }
    if not own_split:
        every = {key: file for files in real.values() for key, file in files.items()}
        return YoloSet(found.classes, {'': list(every.values())})
    check_apart(real.get('train', ()), real.get('val', ()), ('`train`', '`val`'))
    return found


def _find(place: Path, classes: Sequence[str] | None) -> YoloSet:
    if place.is_file():
        return _read(place)
    if not place.is_dir():
        raise ConfigError(f'{place} does not exist: expected a folder or a data.yaml')
    files = sorted([*place.glob('*.yaml'), *place.glob('*.yml')])
    described = [file for file in files if _is_description(file)]
    if len(described) > 1:
        names = ', '.join(file.name for file in described)
        raise ConfigError(f'{place} has several: {names}. Name the one to use')
    if described:
        return _read(described[0])
    lists = [place / name for name in LISTS if (place / name).is_file()]
    if lists and classes is None:
        text = lists[0].read_text(encoding='utf-8')
        classes = [line.strip() for line in text.splitlines() if line.strip()]
    if classes is None:
        raise ConfigError(
            f'{place} has no data.yaml and no classes.txt: which class is 0, which 1? '
            'Name them: --classes NAME ...'
        )
    images = place / 'images' if (place / 'images').is_dir() else place
    splits = {
        split: _list(images / name)
        for split, name in (('train', 'train'), ('val', 'val'), ('val', 'valid'))
        if (images / name).is_dir()
    }
    if set(splits) != {'train', 'val'}:
        splits = {'': _list(images)}
    return YoloSet(list(classes), splits)


def _is_description(file: Path) -> bool:
    content = _load(file)
    return isinstance(content, Mapping) and 'names' in content


def _load(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding='utf-8'))
    except yaml.YAMLError as error:
        mark = getattr(error, 'problem_mark', None)
        line = f':{mark.line + 1}' if mark else ''
        raise ConfigError(
            f'{file}{line}: not well-formed YAML ({getattr(error, "problem", error)})'
        ) from None


def _read(file: Path) -> YoloSet:
    content = _load(file)
    if not isinstance(content, Mapping) or 'names' not in content:
        raise ConfigError(f'{file} has no `names`: expected the classes of YOLO ids')
    names = content['names']
    if isinstance(names, Mapping):
        ids = sorted(names)
        if ids != list(range(len(ids))):
            raise ConfigError(f'{file}: the ids of `names` are {ids}, not 0, 1, 2, ...')
        names = [names[number] for number in ids]
    if 'nc' in content and content['nc'] != len(names):
        raise ConfigError(
            f'{file}: `nc` is {content["nc"]}, but `names` has {len(names)}'
        )
    root = file.parent / Path(str(content.get('path') or '.'))
    if not root.is_dir():
        root = file.parent  # `path` often is that of another machine
    images = {
        split: _images(file, root, content[key])
        for split, key in (('train', 'train'), ('val', 'val'))
        if content.get(key)
    }
    if 'val' not in images and content.get('test'):
        images['val'] = _images(file, root, content['test'])
    if not images:
        raise ConfigError(
            f'{file} has neither `train` nor `val`: where are the images?'
        )
    if set(images) == {'train'} or images.get('val') == images.get('train'):
        images = {'': images['train']}
    return YoloSet([str(name) for name in names], images)


def _images(file: Path, root: Path, value: Any) -> list[Path]:
    """Return the images that `train` or `val` names: a folder, a list, or several."""
    if isinstance(value, (list, tuple)):
        return [image for one in value for image in _images(file, root, one)]
    place = root / str(value)
    # Exports that begin with ../ mean the folder of the file itself.
    if not place.exists() and str(value).startswith('../'):
        place = root / str(value)[3:]
    if place.is_dir():
        return _list(place)
    if place.is_file() and place.suffix == '.txt':
        lines = place.read_text(encoding='utf-8').splitlines()
        names = [Path(line.strip()) for line in lines if line.strip()]
        return [one if one.is_absolute() else _below(place, root, one) for one in names]
    raise ConfigError(
        f'{file}: {value} is not there (looked for {place}). Expected a folder of '
        'images or a .txt file that lists them'
    )


def _below(listed_in: Path, root: Path, name: Path) -> Path:
    beside = listed_in.parent / name
    return beside if beside.exists() else root / name


def _list(folder: Path) -> list[Path]:
    return [folder / name for name in list_pictures(str(folder))]

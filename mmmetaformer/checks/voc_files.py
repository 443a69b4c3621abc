# SPDX-License-Identifier: Apache-2.0
"""Whether the XML files of a data set in Pascal VOC's format can be trained on."""

import os
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmmetaformer.host import known_classes

from .fault import Fault
from .images.expected import ExpectedImage, ExpectedImages

__all__ = ['images_of_voc', 'voc_faults']

CORNERS = ('xmin', 'ymin', 'xmax', 'ymax')
NEXT = 'Correct the file, or take its line out of the list'


def images_of_voc(dataset: Mapping[str, Any]) -> ExpectedImages:
    """Return the images that the list of a data set names."""
    folder = _folder(dataset) / dataset.get('img_subdir', 'JPEGImages')
    images = (ExpectedImage(str(folder / f'{stem}.jpg')) for stem in _stems(dataset))
    return ExpectedImages(images, str(_list(dataset)), str(folder))


def voc_faults(dataset: Mapping[str, Any], scope: str | None) -> Iterator[Fault]:
    """Yield what is wrong with the list and the XML files of a data set.

    Args:
        dataset: The config of a data set that derives from mmdet's VOCDataset.
        scope: The config's default scope.
    """
    stems = _stems(dataset)
    if not stems:
        yield Fault(f'{_list(dataset)} names no image', 'Name another list: ann_file')
        return
    metainfo = dataset.get('metainfo') or {}
    classes = metainfo.get('classes') or known_classes(dataset, scope) or ()
    folder = _folder(dataset) / dataset.get('ann_subdir', 'Annotations')
    bad: dict[str, list[str]] = {}
    names: Counter[str] = Counter()
    for stem in stems:
        path = folder / f'{stem}.xml'
        for what in _file_faults(path, names):
            bad.setdefault(what, []).append(str(path))
    for what, files in bad.items():
        first = f'{files[0]} {what}'
        more = f' (and {len(files) - 1} more)' if len(files) > 1 else ''
        yield Fault(first + more, NEXT, entries=tuple(files))
    if not bad and not any(names[name] for name in classes):
        yield Fault(
            f'the files that {_list(dataset)} names have no object of the classes: '
            f'they have {", ".join(names) or "no objects"}',
            f'The classes are {", ".join(classes)}; --classes names others',
        )
    others = [name for name in names if name not in classes]
    if others:
        number = sum(names[name] for name in others)
        yield Fault(
            f'{number} objects in {folder} are left out: {", ".join(others)} are no '
            'classes of the config',
            stops=False,
        )


def _file_faults(path: Path, names: Counter[str]) -> Iterator[str]:
    """Yield what is wrong with one file, and count the names of its objects."""
    if not path.is_file():
        yield 'does not exist'
        return
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError as error:
        yield f'is not XML: {error}'
        return
    for thing in root.iter('object'):
        name = thing.findtext('name')
        if not name:
            yield 'has an object without a name'
            continue
        names[name] += 1
        corners = {corner: thing.findtext(f'bndbox/{corner}') for corner in CORNERS}
        try:
            left, top, right, bottom = (float(side or '') for side in corners.values())
        except ValueError:
            yield f'has an object whose box is {corners}: a corner is no number'
            continue
        if not (left < right and top < bottom):
            yield f'has an object without an area: its box is {corners}'


def _stems(dataset: Mapping[str, Any]) -> list[str]:
    lines = _list(dataset).read_text(encoding='utf-8').splitlines()
    return [line.strip() for line in lines if line.strip()]


def _list(dataset: Mapping[str, Any]) -> Path:
    return Path(dataset.get('data_root') or '', dataset.get('ann_file') or '')


def _folder(dataset: Mapping[str, Any]) -> Path:
    prefix = (dataset.get('data_prefix') or {}).get('sub_data_root') or ''
    return Path(os.path.join(dataset.get('data_root') or '', prefix))

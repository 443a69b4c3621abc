# SPDX-License-Identifier: Apache-2.0
"""The images that a data set of a run names, checked."""

import mmap
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from mmengine.config import Config

from mmmetaformer.checks.fault import Fault
from mmmetaformer.checks.remembered import remembered
from mmmetaformer.host import data_set_key, registered_data_set

from .expected import ExpectedImage
from .images import image_faults

__all__ = ['coco_image_faults', 'map_image_faults', 'read_entries']

Entry = tuple[str, int | None, int | None]


class _Image(msgspec.Struct):
    file_name: Any = None
    width: Any = None
    height: Any = None


class _File(msgspec.Struct):
    images: list[_Image] = []


def coco_image_faults(
    entries: Iterable[Entry], dataset: Mapping[str, Any], cfg: Config, split: str
) -> Iterator[Fault]:
    """Yield what is wrong with the images of a file in COCO's format.

    Args:
        entries: `file_name`, `width` and `height` of each image of the file.
        dataset: The data set's config, not a wrapper.
        cfg: The run's config.
        split: Whose data set it is.
    """
    if not _joins_names(dataset, cfg.get('default_scope')):
        return
    root = dataset.get('data_root') or ''
    folder = os.path.join(root, (dataset.get('data_prefix') or {}).get('img') or '')
    yield from image_faults(
        (ExpectedImage(os.path.join(folder, name), w, h) for name, w, h in entries),
        source=os.path.join(root, dataset.get('ann_file') or ''),
        folder=folder.rstrip('/'),
        dataset=dataset,
        key=data_set_key(cfg, split, dataset),
        model=cfg.model,
        scope=cfg.get('default_scope'),
    )


def map_image_faults(
    paths: Iterable[str],
    source: str,
    folder: str,
    dataset: Mapping[str, Any],
    cfg: Config,
    split: str,
) -> Iterator[Fault]:
    """Yield what is wrong with the images that go with label maps.

    Args:
        paths: The image files.
        source: What names them: the split's list, or the folder that was listed.
        folder: The image folder.
        dataset: The data set's config, not a wrapper.
        cfg: The run's config.
        split: Whose data set it is.
    """
    yield from image_faults(
        map(ExpectedImage, paths),
        source=source,
        folder=folder.rstrip('/'),
        dataset=dataset,
        key=data_set_key(cfg, split, dataset),
        model=cfg.model,
        scope=cfg.get('default_scope'),
    )


def read_entries(file: Path) -> list[Entry]:
    """Return `file_name`, `width` and `height` of the images of a COCO file.

    What is wrong with the file itself is not this check's question: an image without a
    name is left out, and a size that is no positive number is unknown.
    """
    if not file.is_file() or not file.stat().st_size:
        return []
    return remembered('image entries', [file], list[Entry], lambda: _read(file))


def _read(file: Path) -> list[Entry]:
    with (
        file.open('rb') as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        try:
            images = msgspec.json.decode(content, type=_File).images
        except msgspec.DecodeError:
            return []
    return [
        (image.file_name, _side(image.width), _side(image.height))
        for image in images
        if isinstance(image.file_name, str)
    ]


def _joins_names(dataset: Mapping[str, Any], scope: str | None) -> bool:
    """Return whether a data set finds its images as mmdet's CocoDataset does.

    Those of LVIS, for example, make other names of what the file says.
    """
    kind = registered_data_set(dataset, scope)
    coco = next(base for base in kind.__mro__ if base.__name__ == 'CocoDataset')
    return all(
        getattr(kind, name) is getattr(coco, name)
        for name in ('load_data_list', 'parse_data_info')
    )


def _side(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None

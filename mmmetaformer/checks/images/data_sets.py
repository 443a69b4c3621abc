# SPDX-License-Identifier: Apache-2.0
"""The images that a data set of a run names, checked."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from mmengine.config import Config
from mmengine.registry import DATASETS

from mmmetaformer.checks.fault import Fault
from mmmetaformer.host import data_set_key

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
    dataset: Mapping[str, Any], cfg: Config, split: str
) -> Iterator[Fault]:
    """Yield what is wrong with the images of a data set of label maps.

    Args:
        dataset: The data set's config, not a wrapper.
        cfg: The run's config.
        split: Whose data set it is.
    """
    scope = cfg.get('default_scope')
    with DATASETS.switch_scope_and_registry(scope) as registry:
        host = registry.build({**dataset, 'pipeline': []})
    names = [host.get_data_info(index)['img_path'] for index in range(len(host))]
    folder = (host.data_prefix.get('img_path') or '').rstrip('/')
    yield from image_faults(
        map(ExpectedImage, names),
        source=host.ann_file or folder,
        folder=folder,
        dataset=dataset,
        key=data_set_key(cfg, split, dataset),
        model=cfg.model,
        scope=scope,
    )


def read_entries(file: Path) -> list[Entry]:
    """Return `file_name`, `width` and `height` of the images of a COCO file.

    What is wrong with the file itself is not this check's question: an image without a
    name is left out, and a size that is no positive number is unknown.
    """
    if not file.is_file():
        return []
    try:
        images = msgspec.json.decode(file.read_bytes(), type=_File).images
    except msgspec.DecodeError:
        return []
    return [
        (image.file_name, _side(image.width), _side(image.height))
        for image in images
        if isinstance(image.file_name, str)
    ]


def _side(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None

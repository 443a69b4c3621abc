# SPDX-License-Identifier: Apache-2.0
"""The images that a data set of a run names, checked."""

import json
import mmap
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from mmengine.config import Config

from mmmetaformer.checks.fault import Fault
from mmmetaformer.checks.label_maps.map_set import build_data_set
from mmmetaformer.checks.remembered import remembered
from mmmetaformer.checks.thoroughness import SAMPLED, Thoroughness
from mmmetaformer.host import data_set_key, kinds_of, pipeline_key, registered_data_set

from .expected import ExpectedImage
from .images import image_faults

__all__ = ['data_set_image_faults', 'read_entries']

Entry = tuple[str, int | None, int | None]


class _Image(msgspec.Struct):
    file_name: Any = None
    width: Any = None
    height: Any = None


class _File(msgspec.Struct):
    images: list[_Image] = []


def data_set_image_faults(
    dataset: Mapping[str, Any],
    cfg: Config,
    split: str,
    thorough: Thoroughness = SAMPLED,
) -> Iterator[Fault]:
    """Yield what is wrong with the images of a data set.

    Args:
        dataset: The config of a data set in COCO's format, or of one with label maps.
        cfg: The run's config.
        split: Whose data set it is.
        thorough: How much is read.
    """
    scope = cfg.get('default_scope')
    is_coco = 'CocoDataset' in kinds_of(dataset, scope)
    named = (_named_by_coco if is_coco else _named_by_maps)(dataset, scope)
    if named is None:
        return
    yield from image_faults(
        named.images,
        source=named.source,
        folder=named.folder.rstrip('/'),
        dataset=dataset,
        key=data_set_key(cfg, split, dataset),
        pipeline_key=pipeline_key(cfg, split, dataset),
        model=cfg.model,
        scope=scope,
        thorough=thorough,
    )


class _Named(NamedTuple):
    """The images of a data set, what names them, and the folder they are in."""

    images: Iterator[ExpectedImage]
    source: str
    folder: str


def _named_by_coco(dataset: Mapping[str, Any], scope: str | None) -> _Named | None:
    if not _joins_names(dataset, scope):
        return None
    file = Path(dataset.get('data_root') or '', dataset.get('ann_file') or '')
    prefix = (dataset.get('data_prefix') or {}).get('img') or ''
    folder = os.path.join(dataset.get('data_root') or '', prefix)
    images = (
        ExpectedImage(os.path.join(folder, name), width, height)
        for name, width, height in read_entries(file)
    )
    return _Named(images, str(file), folder)


def _named_by_maps(dataset: Mapping[str, Any], scope: str | None) -> _Named | None:
    try:
        host = build_data_set(dataset, scope)
    except Exception:  # whatever it raises: the check of the label maps reports it
        return None
    folder = host.data_prefix.get('img_path') or ''
    images = (ExpectedImage(entry['img_path']) for entry in host.data_list)
    return _Named(images, host.ann_file or folder, folder)


def read_entries(file: Path) -> list[Entry]:
    """Return `file_name`, `width` and `height` of the images of a COCO file.

    What is wrong with the file itself is not this check's question: an image without a
    name is left out, and a size that is no positive number is unknown.
    """
    if not file.is_file() or not file.stat().st_size:
        return []
    return remembered('image entries', [file], list[Entry], lambda: _read(file))


def _read(file: Path) -> list[Entry]:
    return [
        (image.file_name, _side(image.width), _side(image.height))
        for image in _images(file)
        if isinstance(image.file_name, str)
    ]


def _images(file: Path) -> list[_Image]:
    """Return the images of a file, none if it is wrong: its own check reports that."""
    try:
        with (
            file.open('rb') as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            return msgspec.json.decode(content, type=_File).images
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    # As mmdet reads it: with NaN in keys that nobody needs, for example.
    try:
        content = json.loads(file.read_text(encoding='utf-8'))
        return msgspec.convert(content, _File).images
    except (ValueError, msgspec.ValidationError):
        return []


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

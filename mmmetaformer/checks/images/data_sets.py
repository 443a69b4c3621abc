# SPDX-License-Identifier: Apache-2.0
"""The images that a data set of a run names, checked."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from mmmetaformer.checks.coco.facts import ImageEntry
from mmmetaformer.checks.fault import Fault
from mmmetaformer.checks.label_maps.map_set import build_data_set
from mmmetaformer.checks.thoroughness import SAMPLED, Thoroughness
from mmmetaformer.host import data_set_key, kinds_of, pipeline_key, registered_data_set

from .expected import ExpectedImage
from .images import image_faults

__all__ = ['data_set_image_faults']


def data_set_image_faults(
    dataset: Mapping[str, Any],
    cfg: Config,
    split: str,
    entries: Mapping[Path, Sequence[ImageEntry]],
    thorough: Thoroughness = SAMPLED,
) -> Iterator[Fault]:
    """Yield what is wrong with the images of a data set.

    Args:
        dataset: The config of a data set in COCO's format, or of one with label maps.
        cfg: The run's config.
        split: Whose data set it is.
        entries: The images of each file in COCO's format, by its absolute path.
        thorough: How much is read.
    """
    scope = cfg.get('default_scope')
    is_coco = 'CocoDataset' in kinds_of(dataset, scope)
    if is_coco:
        named = _named_by_coco(dataset, scope, entries)
    else:
        named = _named_by_maps(dataset, scope)
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


def _named_by_coco(
    dataset: Mapping[str, Any],
    scope: str | None,
    entries: Mapping[Path, Sequence[ImageEntry]],
) -> _Named | None:
    if not _joins_names(dataset, scope):
        return None
    file = Path(dataset.get('data_root') or '', dataset.get('ann_file') or '')
    prefix = (dataset.get('data_prefix') or {}).get('img') or ''
    folder = os.path.join(dataset.get('data_root') or '', prefix)
    images = (
        ExpectedImage(os.path.join(folder, name), width, height)
        for name, width, height in entries.get(file.resolve(), ())
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

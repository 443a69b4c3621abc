# SPDX-License-Identifier: Apache-2.0
"""The images that a data set of a run names, checked."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.checks.coco.facts import ImageEntry
from mmmetaformer.checks.fault import Fault
from mmmetaformer.checks.label_maps.listed_files import ListedFiles
from mmmetaformer.checks.thoroughness import SAMPLED, Thoroughness
from mmmetaformer.host import data_set_key, pipeline_key, registered_data_set

from .expected import ExpectedImage, ExpectedImages
from .images import image_faults

__all__ = ['data_set_image_faults', 'images_of_coco', 'images_of_maps']


def images_of_coco(
    dataset: Mapping[str, Any],
    scope: str | None,
    entries: Mapping[Path, Sequence[ImageEntry]],
) -> ExpectedImages | None:
    """Return the images of a data set in COCO's format, None if it names its own.

    Args:
        dataset: The config of the data set.
        scope: The config's default scope.
        entries: The images of each file, by its absolute path.
    """
    if not _joins_names(dataset, scope):
        return None
    file = Path(dataset.get('data_root') or '', dataset.get('ann_file') or '')
    prefix = (dataset.get('data_prefix') or {}).get('img') or ''
    folder = os.path.join(dataset.get('data_root') or '', prefix)
    images = (
        ExpectedImage(os.path.join(folder, name), width, height)
        for name, width, height in entries.get(file.resolve(), ())
    )
    return ExpectedImages(images, str(file), folder.rstrip('/'))


def images_of_maps(files: ListedFiles) -> ExpectedImages | None:
    """Return the images of a data set with label maps, None if it lists no files."""
    try:
        host = files.host
    except Exception:  # any error: the check of the label maps reports it
        return None
    folder = host.data_prefix.get('img_path') or ''
    images = (ExpectedImage(entry['img_path']) for entry in host.data_list)
    source = host.ann_file or folder
    return ExpectedImages(images, source, folder.rstrip('/'), files.header)


def data_set_image_faults(
    expected: ExpectedImages,
    dataset: Mapping[str, Any],
    cfg: Config,
    split: str,
    thorough: Thoroughness = SAMPLED,
) -> Iterator[Fault]:
    """Yield what is wrong with the images of a data set.

    Args:
        expected: The images.
        dataset: The config of the data set.
        cfg: The run's config.
        split: Whose data set it is.
        thorough: How much is read.
    """
    yield from image_faults(
        expected,
        dataset=dataset,
        key=data_set_key(cfg, split, dataset),
        pipeline_key=pipeline_key(cfg, split, dataset),
        model=cfg.model,
        scope=cfg.get('default_scope'),
        thorough=thorough,
    )


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

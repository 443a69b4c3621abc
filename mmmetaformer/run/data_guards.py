# SPDX-License-Identifier: Apache-2.0
"""What watches over the data while a run goes on."""

from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.checks.config.head_classes import classes_of
from mmmetaformer.datasets.unreadable_images import UnreadableImages
from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.host import (
    data_sets_of,
    ignored_labels,
    kinds_of,
    switches_of,
    type_name,
)
from mmmetaformer.launchers import is_first_process
from mmmetaformer.text import shortened

__all__ = [
    'forget_unreadable',
    'report_unreadable',
    'use_label_check',
    'use_skip_unreadable',
]

CHECK = 'mmmetaformer.CheckLabels'
SKIP = 'mmmetaformer.SkipUnreadable'
#: Transforms that load a label map: mmseg's, and ours around it.
LOADERS = ('LoadAnnotations', 'IgnoreLabels')
NAMED = 5


def use_label_check(cfg: Config) -> None:
    """Check each label map of a segmentor as it is loaded, in training and validation.

    Args:
        cfg: The run's config, changed in place.
    """
    scope = cfg.get('default_scope')
    for split in ('train', 'val'):
        for dataset in data_sets_of(cfg, split):
            if 'BaseSegDataset' not in kinds_of(dataset, scope):
                continue
            classes = classes_of(dataset, scope)
            check = dict(
                type=CHECK,
                num_classes=len(classes) if classes else None,
                ignored=sorted(ignored_labels(cfg, split)),
            )
            dataset['pipeline'] = _with_check(dataset.get('pipeline') or [], check)


def use_skip_unreadable(cfg: Config, limit: int) -> None:
    """Leave up to `limit` unreadable images out of training.

    Args:
        cfg: The run's config, changed in place.
        limit: How many.

    Raises:
        ConfigError: No data set loads its images from files.
    """
    file = str(_list_of(cfg))
    found = False
    places = [(dataset, 'pipeline') for dataset in data_sets_of(cfg, 'train')]
    places += [(switch, 'switch_pipeline') for switch in switches_of(cfg)]
    for owner, key in places:
        pipeline = list(owner.get(key) or [])
        for index, transform in enumerate(pipeline):
            name = type_name(transform)
            if name == type_name(dict(type=SKIP)):
                transform = transform['loader']
            elif not (name.startswith('Load') and 'Image' in name):
                continue
            pipeline[index] = dict(type=SKIP, loader=transform, limit=limit, file=file)
            found = True
            break
        owner[key] = pipeline
    if not found:
        raise ConfigError(
            '--skip-unreadable: train_dataloader.dataset.pipeline has no transform '
            'that loads an image from a file, such as LoadImageFromFile'
        )


def forget_unreadable(cfg: Config) -> None:
    """Forget what an earlier run left out, unless this one resumes it."""
    if is_first_process() and not cfg.get('resume', False):
        UnreadableImages(_list_of(cfg)).clear()


def report_unreadable(cfg: Config) -> None:
    """Print which images the run left out, if any."""
    file = _list_of(cfg)
    names = UnreadableImages(file).names()
    if names:
        warn(
            f'{len(names)} unreadable images were left out of training: '
            f'{shortened(names, NAMED)}. {file} lists all'
        )


def _list_of(cfg: Config) -> Path:
    return Path(cfg.work_dir) / 'unreadable_images.txt'


def _with_check(pipeline: Any, check: dict[str, Any]) -> list[Any]:
    """Return a pipeline with the check after each transform that loads a label map."""
    checked = []
    for transform in pipeline:
        name = type_name(transform)
        if name == type_name(check):
            continue
        checked.append(transform)
        if name in LOADERS:
            checked.append(check)
    return checked

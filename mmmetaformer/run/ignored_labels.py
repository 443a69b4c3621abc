# SPDX-License-Identifier: Apache-2.0
"""Labels in a user's own label maps that are no class."""

from collections.abc import Iterator, Sequence
from typing import Any

from mmengine.config import Config

from mmmetaformer.checks.config.head_classes import classes_of
from mmmetaformer.checks.label_maps.map_set import transforms_of
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import (
    SPLITS,
    data_sets_of,
    ignored_labels,
    kinds_of,
    known_classes,
    type_name,
)
from mmmetaformer.text import shortened

__all__ = ['use_ignored_labels']

IGNORE = 'mmmetaformer.IgnoreLabels'


def use_ignored_labels(cfg: Config, labels: Sequence[int]) -> None:
    """Let all data sets of a config ignore labels, such as 11 in CamVid's maps.

    Args:
        cfg: The run's config with all other options in it, changed in place.
        labels: The labels as stored.

    Raises:
        ConfigError: The config reads no label maps, or its data set selects classes
            from its own labels, which ignores all others already.
    """
    scope = cfg.get('default_scope')
    for dataset in data_sets_of(cfg, *SPLITS):
        if 'BaseSegDataset' not in kinds_of(dataset, scope):
            raise ConfigError(
                '--ignore-label is for label maps, which segmentors read, such as '
                f'upernet_*; this config reads a {type_name(dataset)}: leave it '
                'out'
            )
        names, known = classes_of(dataset, scope), known_classes(dataset, scope)
        if names and known is not None and names != list(known):
            raise ConfigError(
                f'--ignore-label is for labels of your own, but {type_name(dataset)} '
                f'selects {shortened(names)} from its own labels and ignores all '
                'others: leave it out, or add --labels-from 1 or --labels-from 0'
            )
    loaders = list(_loaders(cfg, scope))
    if not loaders:
        raise ConfigError(
            '--ignore-label: no pipeline of the config has a LoadAnnotations'
        )
    common = frozenset.intersection(*(ignored_labels(cfg, split) for split in SPLITS))
    if not common:
        raise ConfigError(
            '--ignore-label: the heads and the metrics of the config have no '
            'ignore_index in common'
        )
    for loader in loaders:
        inner = dict(loader)
        loader.clear()
        loader.update(
            type=IGNORE, loader=inner, labels=sorted(set(labels)), ignored=max(common)
        )


def _loaders(cfg: Config, scope: str | None) -> Iterator[Any]:
    """Yield the config of each transform that loads a label map, once."""
    pipelines = [one.get('pipeline') or [] for one in data_sets_of(cfg, *SPLITS)]
    pipelines.append(cfg.get('tta_pipeline') or [])
    found = {
        id(node): node
        for pipeline in pipelines
        for node in transforms_of(pipeline, 'LoadAnnotations', scope)
    }
    yield from found.values()

# SPDX-License-Identifier: Apache-2.0
"""How a user's own label maps count the classes."""

import inspect
from collections.abc import Sequence
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import (
    SPLITS,
    data_sets_of,
    dicts_in,
    kinds_of,
    known_classes,
    registered_data_set,
    type_name,
)

from .label_names import check_clear, check_subset

__all__ = ['name_labels', 'use_labels']


def use_labels(
    cfg: Config,
    names: Sequence[str] | None,
    labels_from: int | None,
    subset: bool,
    own_folder: bool,
) -> None:
    """Settle what the labels in the label maps of a config are.

    Args:
        cfg: The run's config, changed in place.
        names: The classes of `--classes`, None without.
        labels_from: The label of the first class in maps of one's own: 0, or 1 with 0
            ignored. None for the way of the config's data set.
        subset: The names are some of the classes that the data set's type has.
        own_folder: The data is in a folder of one's own.

    Raises:
        ConfigError: The options contradict each other or do not fit the config, or
            names could be the data set's labels as well as one's own.
    """
    scope = cfg.get('default_scope')
    every = list(data_sets_of(cfg, *SPLITS))
    map_sets = [one for one in every if 'BaseSegDataset' in kinds_of(one, scope)]
    if labels_from is not None and subset:
        raise ConfigError(
            '--labels-from is for labels of your own, --subset for those of the '
            "config's data set: leave out one of them"
        )
    if labels_from is not None and len(map_sets) < len(every):
        kind = next(type_name(one) for one in every if one not in map_sets)
        raise ConfigError(
            '--labels-from is for label maps, which segmentors read, such as '
            f'upernet_*; this config reads a {kind}: leave it out'
        )
    if labels_from is not None:
        _count_from(cfg, map_sets, labels_from)
    elif names and subset:
        check_subset(map_sets, names, scope)
    elif names and own_folder:
        check_clear(map_sets, names, scope)


def name_labels(dataset: Any, names: tuple[str, ...], scope: str | None) -> None:
    """Give a data set its classes, also where its type has others.

    If the type knows all the names, such as some of ADE20K's, they select from its
    labels, and the other labels are ignored. Otherwise the labels are the user's: the
    first class is 1 and 0 is ignored if the data set has `reduce_zero_label`, as
    ADE20K's has; else the first class is 0.

    Args:
        dataset: The data set's config, changed in place.
        names: The classes in the order of their labels.
        scope: The config's default scope.
    """
    dataset['metainfo'] = dict(classes=names)
    if scope != 'mmseg':
        return
    known = known_classes(dataset, scope)
    if known is not None and not set(names) <= set(known):
        _generalize(dataset, scope)


def _count_from(cfg: Config, map_sets: Sequence[Any], first: int) -> None:
    scope = cfg.get('default_scope')
    for dataset in map_sets:
        kind = registered_data_set(dataset, scope)
        if known_classes(dataset, scope) is not None:
            dataset.setdefault('metainfo', dict(kind.METAINFO))
            _generalize(dataset, scope)
        dataset['reduce_zero_label'] = first == 1
    # mmseg compares each with the data set's. The pipelines at the top count, too: the
    # one for --tta replaces a data set's later.
    for node in dicts_in(cfg._cfg_dict):
        if type_name(node) == 'LoadAnnotations':
            node['reduce_zero_label'] = first == 1


def _generalize(dataset: Any, scope: str | None) -> None:
    """Turn a data set into mmseg's general one, which takes any classes.

    One that knows its classes only selects from them.
    """
    defaults = inspect.signature(registered_data_set(dataset, scope)).parameters
    for key in ('img_suffix', 'seg_map_suffix', 'reduce_zero_label'):
        if key in defaults:
            dataset.setdefault(key, defaults[key].default)
    dataset['type'] = 'BaseSegDataset'

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
from mmmetaformer.text import did_you_mean, shortened

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
        subset: The names select from the classes that the data set's type has.
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
    if (labels_from is not None or subset) and len(map_sets) < len(every):
        kind = next(type_name(one) for one in every if one not in map_sets)
        flag = '--subset' if subset else '--labels-from'
        raise ConfigError(
            f'{flag} is for label maps, which segmentors read (upernet_*, '
            f'semantic_fpn_*); this config reads a {kind}: leave it out'
        )
    if labels_from is not None:
        _count_from(cfg, map_sets, labels_from)
    elif names and subset:
        _check_subset(map_sets, names, scope)
    elif subset:
        raise ConfigError('--subset needs the names: --classes NAME ...')
    elif names and own_folder:
        _check_clear(map_sets, names, scope)


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


def _check_subset(
    map_sets: Sequence[Any], names: Sequence[str], scope: str | None
) -> None:
    for dataset in map_sets:
        known = known_classes(dataset, scope)
        if known is None:
            raise ConfigError(
                f'--subset: a {type_name(dataset)} has no classes of its own to select '
                'from: leave it out'
            )
        for name in names:
            if name not in known:
                raise ConfigError(
                    f'--subset: {type_name(dataset)} has no class {name!r}.'
                    f'{did_you_mean(name, known)}'
                )


def _check_clear(
    map_sets: Sequence[Any], names: Sequence[str], scope: str | None
) -> None:
    """Refuse names that the data set's type has at other labels than one's own."""
    for dataset in map_sets:
        known = known_classes(dataset, scope)
        # The first classes in their order have the same labels either way.
        if known is None or list(names) == list(known)[: len(names)]:
            continue
        if not set(names) <= set(known):
            continue
        labels = [known.index(name) + _first_label(dataset, scope) for name in names]
        kind = type_name(dataset)
        raise ConfigError(
            f'--classes: {kind} has {shortened(names)} as its labels '
            f'{shortened(labels)}; are these the labels in your folder?\n'
            f'Add --subset if they are. For labels of your own, add --labels-from 1 '
            f'({names[0]} is 1, 0 is ignored) or --labels-from 0 ({names[0]} is 0).'
        )


def _first_label(dataset: Any, scope: str | None) -> int:
    """Return the label of a data set's first class: 1 if 0 is ignored, else 0."""
    kind = registered_data_set(dataset, scope)
    default = inspect.signature(kind).parameters.get('reduce_zero_label')
    reduces = dataset.get('reduce_zero_label', default.default if default else False)
    return 1 if reduces is True else 0

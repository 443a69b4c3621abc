# SPDX-License-Identifier: Apache-2.0
"""Whose labels the names of `--classes` are: a data set's, or the user's own."""

import inspect
from collections.abc import Sequence
from typing import Any

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import known_classes, registered_data_set, type_name
from mmmetaformer.text import did_you_mean, shortened

__all__ = ['check_clear', 'check_subset']


def check_subset(
    map_sets: Sequence[Any], names: Sequence[str], scope: str | None
) -> None:
    """Refuse names that a data set cannot select, since its type does not know them.

    Args:
        map_sets: Configs of data sets with label maps.
        names: The names of `--classes`.
        scope: The config's default scope.

    Raises:
        ConfigError: The type has no classes, or not this one.
    """
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


def check_clear(
    map_sets: Sequence[Any], names: Sequence[str], scope: str | None
) -> None:
    """Refuse names that may be labels of a data set's type as well as one's own.

    Args:
        map_sets: Configs of data sets with label maps, in a folder of one's own.
        names: The names of `--classes`.
        scope: The config's default scope.

    Raises:
        ConfigError: The type has all of these names, at other labels than 1, 2, ...
    """
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

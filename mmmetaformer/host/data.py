# SPDX-License-Identifier: Apache-2.0
"""The data sets of a config, inside wrappers, and what the hosts know of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmengine.registry import DATASETS

from mmmetaformer.errors import ConfigError

from .trees import as_list

__all__ = [
    'SPLITS',
    'data_set_key',
    'data_sets',
    'data_sets_of',
    'is_local',
    'kinds_of',
    'known_classes',
    'pipeline_key',
    'registered_data_set',
]

#: Each has a `{split}_dataloader` and, except train, a `{split}_evaluator`.
SPLITS = ('train', 'val', 'test')


def data_sets(dataset: Any) -> Iterator[Any]:
    """Yield the data sets inside wrappers such as RepeatDataset and ConcatDataset.

    Args:
        dataset: The config of a data set, or of a wrapper around one or several.

    Raises:
        ConfigError: One of them is no dict, or has no type.
    """
    if not isinstance(dataset, Mapping) or 'type' not in dataset:
        raise ConfigError(
            f'a data set of the config is {_shown(dataset)}; it takes a dict with a '
            'type'
        )
    if 'dataset' in dataset:
        yield from data_sets(dataset['dataset'])
    elif 'datasets' in dataset:
        for inner in dataset['datasets']:
            yield from data_sets(inner)
    else:
        yield dataset


def data_sets_of(cfg: Config, *splits: str) -> Iterator[Any]:
    """Yield the configs of the data sets of these splits, without their wrappers.

    Args:
        cfg: The run's config; a split without a data loader has no data sets.
        splits: Some of SPLITS.

    Raises:
        ConfigError: A data loader has no data set, or one without a type.
    """
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if not loader:
            continue
        if not isinstance(loader, Mapping) or 'dataset' not in loader:
            raise ConfigError(
                f'{split}_dataloader is {_shown(loader)}; it takes a dict with a '
                'dataset, or None for no such data'
            )
        yield from data_sets(loader['dataset'])


def _shown(value: Any) -> str:
    """Return the keys of a dict, or what else a value is."""
    if isinstance(value, Mapping):
        return f'a dict with the keys {", ".join(map(str, value)) or "(none)"}'
    return repr(value)


def data_set_key(cfg: Config, split: str, dataset: Any) -> str:
    """Return how `--cfg-options` calls a data set, as `train_dataloader.dataset`.

    Args:
        cfg: The run's config.
        split: Whose data set it is.
        dataset: One of `data_sets_of(cfg, split)`.
    """
    key = f'{split}_dataloader.dataset'
    return _key_within(cfg[f'{split}_dataloader']['dataset'], dataset, key) or key


def pipeline_key(cfg: Config, split: str, dataset: Any) -> str:
    """Return how `--cfg-options` calls a data set's pipeline.

    Under --tta, that is the config's `tta_pipeline`, which takes the place of others.

    Args:
        cfg: The run's config.
        split: Whose data set it is.
        dataset: One of `data_sets_of(cfg, split)`.
    """
    # A config copies a list that is put into it, but not the dicts in the list.
    views, own = (
        [id(transform) for transform in as_list(parent.get(key))]
        for parent, key in ((cfg, 'tta_pipeline'), (dataset, 'pipeline'))
    )
    if views and views == own:
        return 'tta_pipeline'
    return f'{data_set_key(cfg, split, dataset)}.pipeline'


def _key_within(node: Any, dataset: Any, key: str) -> str | None:
    if 'dataset' in node:
        return _key_within(node['dataset'], dataset, f'{key}.dataset')
    if 'datasets' in node:
        for index, inner in enumerate(node['datasets']):
            found = _key_within(inner, dataset, f'{key}.datasets.{index}')
            if found:
                return found
        return None
    return key if node is dataset else None


def is_local(spec: Mapping[str, Any]) -> bool:
    """Return whether the files of a data set or an evaluator are on this machine.

    Args:
        spec: Its config; `backend_args` name another storage backend.
    """
    backend = spec.get('backend_args') or {}
    return backend.get('backend', 'local') == 'local'


def registered_data_set(dataset: Mapping[str, Any], scope: str | None) -> Any:
    """Look up the class of a data set, None if the host does not have it.

    Args:
        dataset: The data set's config, not a wrapper.
        scope: The config's default scope.
    """
    with DATASETS.switch_scope_and_registry(scope) as registry:
        return registry.get(dataset['type'])


def known_classes(
    dataset: Mapping[str, Any], scope: str | None
) -> Sequence[str] | None:
    """Return the classes that a data set has by its type, None if it has none."""
    kind = registered_data_set(dataset, scope)
    return getattr(kind, 'METAINFO', {}).get('classes')


def kinds_of(dataset: Mapping[str, Any], scope: str | None) -> list[str]:
    """Return the names of a data set's class and of its base classes.

    Args:
        dataset: The data set's config, not a wrapper.
        scope: The config's default scope.
    """
    kind = registered_data_set(dataset, scope)
    return [base.__name__ for base in kind.__mro__] if kind else []

# SPDX-License-Identifier: Apache-2.0
"""What mmdet's and mmseg's configs and models consist of.

The one place that knows the names of their parts and the shape of their configs, so
that everything else asks here. Nothing here is about MetaFormers.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmengine.registry import DATASETS

from .errors import ConfigError

__all__ = [
    'CLASS_AGNOSTIC_HEADS',
    'CLASS_HEADS',
    'DETECTOR_HEADS',
    'HEADS',
    'HEADS_ON_MAPS',
    'IGNORED_LABEL',
    'LOGITS_LAYER',
    'MAIN_METRICS',
    'PARTS_BESIDE_BACKBONE',
    'PER_CLASS',
    'SEGMENTOR_HEADS',
    'SPLITS',
    'TEST_HEADS_ON_MAPS',
    'add_hook',
    'as_list',
    'counts_epochs',
    'data_set_key',
    'data_sets',
    'data_sets_of',
    'dicts_in',
    'drop_hook',
    'evaluators_of',
    'hooks_of',
    'ignored_labels',
    'is_local',
    'is_stuck',
    'kinds_of',
    'known_classes',
    'main_metric',
    'pipeline_key',
    'predicts_masks',
    'registered_data_set',
    'schedulers_of',
    'switches_of',
    'type_name',
]

#: Each has a `{split}_dataloader` and, except train, a `{split}_evaluator`.
SPLITS = ('train', 'val', 'test')

SEGMENTOR_HEADS = ('decode_head', 'auxiliary_head')
#: Attributes of a detector, or of its `roi_head`.
DETECTOR_HEADS = (
    'rpn_head',
    'bbox_head',
    'mask_head',
    'panoptic_head',
    'semantic_head',
)
#: Heads that take the maps of the neck, or of the backbone where there is no neck. A
#: `roi_head` does not: its heads take regions of interest.
HEADS_ON_MAPS = (*SEGMENTOR_HEADS, *DETECTOR_HEADS)
#: Those of them that run in testing on the maps alone.
TEST_HEADS_ON_MAPS = ('decode_head', 'rpn_head', 'bbox_head', 'mask_head')
#: Heads whose `num_classes` is that of the data set.
CLASS_HEADS = ('decode_head', 'bbox_head', 'mask_head')
#: Heads whose `num_classes` is not that of the data set: foreground against background,
#: or the stuff classes of a second data set.
CLASS_AGNOSTIC_HEADS = ('rpn_head', 'semantic_head')
HEADS = ('roi_head', *HEADS_ON_MAPS)
PARTS_BESIDE_BACKBONE = ('neck', *HEADS)
#: The label that mmseg's heads and metrics leave out by default.
IGNORED_LABEL = 255
#: The last layer of mmseg's heads.
LOGITS_LAYER = 'conv_seg'
#: What a model is judged by, the first that an evaluator reports; more is better.
MAIN_METRICS = ('mIoU', 'segm_mAP', 'bbox_mAP', 'mAP', 'mDice', 'mFscore')
#: How the names of CocoMetric's results of a single class end.
PER_CLASS = '_precision'


def as_list(value: Any) -> list[Any]:
    """Return a list for what a config may write as one, as several, or as None."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def dicts_in(node: Any) -> Iterator[Any]:
    """Yield every dict in a config tree, the outer ones first."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for value in node:
            yield from dicts_in(value)


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


def evaluators_of(cfg: Config, split: str) -> list[Any]:
    """Return the configs of a split's evaluators."""
    return as_list(cfg.get(f'{split}_evaluator'))


def ignored_labels(cfg: Config, split: str) -> frozenset[int]:
    """Return the labels that all heads of a segmentor, or all metrics, leave out.

    Args:
        cfg: The run's config.
        split: 'train' for the labels that losses leave out, else metrics do.
    """
    parts = evaluators_of(cfg, split)
    if split == 'train':
        heads = map(cfg.model.get, SEGMENTOR_HEADS)
        parts = [head for several in heads for head in as_list(several)]
    ignored = [{part.get('ignore_index', IGNORED_LABEL)} for part in parts]
    return frozenset(set.intersection(*ignored) if ignored else {IGNORED_LABEL})


def is_local(spec: Mapping[str, Any]) -> bool:
    """Return whether the files of a data set or an evaluator are on this machine.

    Args:
        spec: Its config; `backend_args` name another storage backend.
    """
    backend = spec.get('backend_args') or {}
    return backend.get('backend', 'local') == 'local'


def counts_epochs(cfg: Config) -> bool:
    """Return whether the training loop of a config counts epochs, not iterations."""
    loop = cfg.train_cfg
    if 'type' in loop:
        return type_name(loop) == 'EpochBasedTrainLoop'
    return loop.get('by_epoch', True)


def hooks_of(cfg: Config) -> Iterator[tuple[str, Any]]:
    """Yield the place and the config of each hook; a custom one may be an object."""
    for name, hook in (cfg.get('default_hooks') or {}).items():
        yield f'default_hooks.{name}', hook
    for i, hook in enumerate(as_list(cfg.get('custom_hooks'))):
        yield f'custom_hooks.{i}', hook


def switches_of(cfg: Config) -> list[Any]:
    """Return the configs of mmdet's PipelineSwitchHook.

    From epoch `switch_epoch` on, the training data has the pipeline `switch_pipeline`.
    """
    hooks = [hook for _, hook in hooks_of(cfg) if isinstance(hook, Mapping)]
    return [hook for hook in hooks if type_name(hook) == 'PipelineSwitchHook']


def schedulers_of(cfg: Config) -> list[Any]:
    """Return the configs of the parameter schedulers."""
    return as_list(cfg.get('param_scheduler'))


def is_stuck(scheduler: Mapping[str, Any]) -> bool:
    """Return whether a scheduler never leaves the factor that it starts with.

    mmengine's linear and constant schedulers take the first of their steps at that
    factor and reach the whole value with the last one, so not if there is only one.
    Upstream: mmengine 0.10.7, `optim/scheduler/param_scheduler.py`.
    """
    kind = type_name(scheduler)
    if not kind.startswith(('Linear', 'Constant')):
        return False
    if scheduler.get('convert_to_iter_based'):  # more than one
        return False
    key = 'start_factor' if kind.startswith('Linear') else 'factor'
    first, last = scheduler.get(key, 1 / 3), scheduler.get('end_factor', 1.0)
    steps = scheduler.get('end', math.inf) - scheduler.get('begin', 0)
    return first != last and steps == 1


def type_name(spec: Mapping[str, Any]) -> str:
    """Return the name of a config's `type`, a class or a string, without its scope."""
    kind = spec.get('type')
    return kind.__name__ if isinstance(kind, type) else str(kind).rsplit('.', 1)[-1]


def add_hook(cfg: Config, hook: Mapping[str, Any]) -> None:
    """Append a custom hook to a config, unless it has a hook of that type already.

    Args:
        cfg: The run's config, changed in place.
        hook: The hook's config. One in the config may be a hook object, too.
    """
    hooks = as_list(cfg.get('custom_hooks'))
    given = [type_name(one) for one in hooks if isinstance(one, Mapping)]
    if type_name(hook) not in given:
        cfg.custom_hooks = [*hooks, dict(hook)]


def drop_hook(cfg: Config, kind: str) -> None:
    """Remove the custom hooks of a type from a config, such as one of an earlier run.

    Args:
        cfg: The run's config, changed in place.
        kind: The name of the type, without a scope.
    """
    hooks = as_list(cfg.get('custom_hooks'))
    cfg.custom_hooks = [
        one for one in hooks if not isinstance(one, Mapping) or type_name(one) != kind
    ]


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


def main_metric(names: Iterable[str]) -> str | None:
    """Return the name of the metric that a model is judged by, None if none is known.

    Args:
        names: What the evaluators report.
    """
    by_last = {name.rpartition('/')[2]: name for name in names}
    return next((by_last[one] for one in MAIN_METRICS if one in by_last), None)


def kinds_of(dataset: Mapping[str, Any], scope: str | None) -> list[str]:
    """Return the names of a data set's class and of its base classes.

    Args:
        dataset: The data set's config, not a wrapper.
        scope: The config's default scope.
    """
    kind = registered_data_set(dataset, scope)
    return [base.__name__ for base in kind.__mro__] if kind else []


def predicts_masks(model: Mapping[str, Any]) -> bool:
    """Whether the model of a config is a detector that predicts a mask per object."""
    heads = model.get('roi_head') or model
    # RTMDet-Ins predicts boxes and masks in one head.
    in_one = 'loss_mask' in (heads.get('bbox_head') or {})
    return in_one or any((heads.get('mask_head'), model.get('panoptic_head')))

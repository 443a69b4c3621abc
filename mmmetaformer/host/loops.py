# SPDX-License-Identifier: Apache-2.0
"""What a config says of training and evaluation: loops, hooks, schedulers, metrics."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from .names import IGNORED_LABEL, SEGMENTOR_HEADS
from .trees import as_list, type_name

__all__ = [
    'add_hook',
    'counts_epochs',
    'drop_hook',
    'evaluators_of',
    'hooks_of',
    'ignored_labels',
    'is_stuck',
    'schedulers_of',
    'switches_of',
]


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

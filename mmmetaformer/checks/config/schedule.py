# SPDX-License-Identifier: Apache-2.0
"""Whether a run's lengths and intervals are ones that it can work with."""

from collections.abc import Iterable, Mapping
from typing import Any

from mmengine.config import Config

from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.host import (
    SPLITS,
    as_list,
    counts_epochs,
    hooks_of,
    is_stuck,
    schedulers_of,
    type_name,
)

__all__ = ['check_loops', 'check_schedule', 'warn_of_length']

# What a runner needs all of, or none of.
PARTS = {
    'train': ('train_cfg', 'train_dataloader', 'optim_wrapper'),
    'val': ('val_cfg', 'val_dataloader', 'val_evaluator'),
    'test': ('test_cfg', 'test_dataloader', 'test_evaluator'),
}
NO_VALIDATION = (
    'To train without validation: --cfg-options val_cfg=None val_dataloader=None '
    'val_evaluator=None'
)


def check_loops(cfg: Config, splits: Iterable[str]) -> None:
    """Refuse a run without its loop, and a loop that has some of its parts only.

    The runner needs all parts of each loop, or none, even if it does not run the loop.

    Args:
        cfg: The run's config.
        splits: Which of SPLITS the run uses. Training works without validation.

    Raises:
        ConfigError: Names the part that is missing.
    """
    splits = list(splits)
    for split in SPLITS:
        given = [key for key in PARTS[split] if cfg.get(key) is not None]
        missing = [key for key in PARTS[split] if key not in given]
        if not given and split in splits and split != 'val':
            raise ConfigError(f'the config has no {", ".join(missing)}')
        if given and missing:
            way = NO_VALIDATION if split == 'val' else 'Set all of them, or none'
            raise ConfigError(
                f'the config has {" and ".join(given)}, but no '
                f'{" and no ".join(missing)}. {way}'
            )


def check_schedule(cfg: Config) -> None:
    """Refuse lengths and intervals of training that are not positive.

    Args:
        cfg: The run's config.

    Raises:
        ConfigError: The value, and what to set instead.
    """
    loop = cfg.get('train_cfg')
    if not loop:
        return
    for key in ('max_epochs', 'max_iters'):
        _check_count(
            f'train_cfg.{key}', loop.get(key, 1), 'It is the length of the run'
        )
    validates = cfg.get('val_cfg') is not None
    way = NO_VALIDATION if validates else 'Leave it out'
    _check_count('train_cfg.val_interval', loop.get('val_interval', 1), way)
    for pair in as_list(loop.get('dynamic_intervals')):
        _check_count('train_cfg.dynamic_intervals', pair[-1], way)
    for place, hook in hooks_of(cfg):
        _check_interval(place, hook)
    in_epochs = counts_epochs(cfg)
    for i, scheduler in enumerate(schedulers_of(cfg)):
        if isinstance(scheduler, Mapping):
            _check_scheduler(f'param_scheduler.{i}', scheduler, in_epochs)


def _check_count(place: str, value: Any, way: str) -> None:
    """Refuse a number that is not a positive integer."""
    whole = isinstance(value, (int, float)) and value % 1 == 0
    if isinstance(value, bool) or not whole or value < 1:
        raise ConfigError(f'{place} is {value!r}; it takes integers from 1 up. {way}')


def _check_interval(place: str, hook: Any) -> None:
    interval = hook.get('interval') if isinstance(hook, Mapping) else None
    # mmengine's checkpoints know -1: only the last one.
    if isinstance(interval, int) and interval < 1 and (interval != -1):
        never = (
            'For the last checkpoint only, set it to -1'
            if place.endswith('checkpoint')
            else f'To switch the hook off, set {place}=None'
        )
        raise ConfigError(f'{place}.interval is {interval}. {never}')


def _check_scheduler(place: str, scheduler: Mapping[str, Any], in_epochs: bool) -> None:
    begin, end = scheduler.get('begin', 0), scheduler.get('end')
    for key in ('begin', 'end'):
        value = scheduler.get(key)
        if value is not None and (not isinstance(value, (int, float)) or value < 0):
            raise ConfigError(f'{place}.{key} is {value!r}; it takes numbers from 0 up')
    if end is not None and end <= begin:
        raise ConfigError(
            f'{place} ends at {end}, before it begins at {begin}: set {place}.end to '
            f'more than {begin}, or leave the scheduler out'
        )
    if is_stuck(scheduler):
        raise ConfigError(
            f'{place} is a {type_name(scheduler)} of one step, and mmengine needs two '
            'to leave its first factor: the learning rate would stay there. Set '
            f'{place}.end to {begin + 2} or more, or leave the scheduler out'
        )
    counts = scheduler.get('by_epoch', True)
    if counts and not in_epochs and not scheduler.get('convert_to_iter_based'):
        raise ConfigError(
            f'{place} counts epochs, but the loop counts iterations, so the scheduler '
            f'would never step: set {place}.by_epoch=False'
        )


def warn_of_length(cfg: Config) -> None:
    """Print a warning if the run is shorter than the schedule of its learning rate.

    Only what counts in the unit of the loop is compared.

    Args:
        cfg: The run's config, after `check_schedule`.
    """
    if not cfg.get('train_cfg'):
        return
    in_epochs = counts_epochs(cfg)
    unit, key = ('epochs', 'max_epochs') if in_epochs else ('steps', 'max_iters')
    length = cfg.train_cfg.get(key)
    late = [
        f'{_name(i, scheduler)} ends at {scheduler["end"]:,}'
        for i, scheduler in enumerate(schedulers_of(cfg))
        if isinstance(scheduler, Mapping)
        and scheduler.get('by_epoch', True) == in_epochs
        and length is not None
        and length < scheduler.get('end', 0) < float('inf')
    ]
    if late:
        warn(
            f'the run has {length:,} {unit}, but {" and ".join(late)}: the learning '
            'rate stops in the middle of its schedule. Set `begin`, `end` and '
            '`milestones` of param_scheduler if that is not meant'
        )


def _name(index: int, scheduler: Mapping[str, Any]) -> str:
    is_warmup = type_name(scheduler) == 'LinearLR' and not scheduler.get('begin')
    kind = 'the warm-up' if is_warmup else type_name(scheduler)
    return f'{kind} (param_scheduler.{index})'

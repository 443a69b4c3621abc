# SPDX-License-Identifier: Apache-2.0
"""Longer and shorter runs of the same recipe."""

from typing import Any

from mmengine.config import Config

from mmmetaformer.host import counts_epochs, is_stuck, schedulers_of, switches_of

__all__ = ['drop_stuck', 'scale_loop', 'scale_run', 'scale_schedule']

# The arguments of loops and of schedulers that are numbers of steps.
LOOP_LENGTHS = (
    'max_epochs',
    'max_iters',
    'val_begin',
    'val_interval',
    'dynamic_intervals',
)
LENGTHS = ('begin', 'end', 'total_iters', 'T_max', 'step_size', 'milestones')


def scale_loop(cfg: Config, factor: float) -> None:
    """Multiply the lengths and intervals of an iteration-based loop.

    A run in epochs does not change: an epoch has the same images at any batch size.

    Args:
        cfg: The run's config, changed in place.
        factor: New length divided by old length.
    """
    if not counts_epochs(cfg):
        _scale_loop(cfg, factor)


def scale_schedule(cfg: Config, factor: float) -> None:
    """Multiply the lengths of the schedulers that count iterations.

    Args:
        cfg: The run's config, changed in place.
        factor: New length divided by old length.
    """
    for scheduler in schedulers_of(cfg):
        if not scheduler.get('by_epoch', True):
            _scale_scheduler(scheduler, factor)
    drop_stuck(cfg)


def scale_run(cfg: Config, factor: float) -> None:
    """Multiply everything that makes up the length of a run, in epochs or iterations.

    Args:
        cfg: The run's config, changed in place.
        factor: New length divided by old length.
    """
    _scale_loop(cfg, factor)
    for scheduler in schedulers_of(cfg):
        _scale_scheduler(scheduler, factor)
    for switch in switches_of(cfg):
        switch['switch_epoch'] = _times(switch['switch_epoch'], factor)
    drop_stuck(cfg)


def drop_stuck(cfg: Config) -> None:
    """Remove a warm-up that became so short that it would never end.

    What follows it begins where it began.

    Args:
        cfg: The run's config, changed in place.
    """
    schedulers = schedulers_of(cfg)
    kept = [one for one in schedulers if not is_stuck(one)]
    if len(kept) == len(schedulers):
        return
    for gone in filter(is_stuck, schedulers):
        for other in kept:
            same_unit = other.get('by_epoch', True) == gone.get('by_epoch', True)
            if same_unit and other.get('begin', 0) == gone['end']:
                other['begin'] = gone.get('begin', 0)
    cfg.param_scheduler = kept or None


def _scale_loop(cfg: Config, factor: float) -> None:
    loop = cfg.train_cfg
    for key in LOOP_LENGTHS:
        if key in loop:
            loop[key] = _times(loop[key], factor)
    checkpoint = cfg.get('default_hooks', {}).get('checkpoint', {})
    same_unit = checkpoint.get('by_epoch', True) == counts_epochs(cfg)
    # -1: only the last one.
    if same_unit and checkpoint.get('interval', -1) > 0:
        checkpoint.interval = _times(checkpoint.interval, factor)


def _scale_scheduler(scheduler: Any, factor: float) -> None:
    for key in LENGTHS:
        if key in scheduler:
            scheduler[key] = _times(scheduler[key], factor)


def _times(length: Any, factor: float) -> Any:
    if isinstance(length, (list, tuple)):
        return [_times(one, factor) for one in length]
    # 0 stays 0, and no phase of a schedule disappears.
    return length if length in (0, None) else max(1, round(length * factor))

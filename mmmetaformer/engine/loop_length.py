# SPDX-License-Identifier: Apache-2.0
"""Longer and shorter runs of the same recipe."""

from typing import Any

from mmengine.config import Config

__all__ = ['scale_loop', 'scale_schedule']

# What of a scheduler's arguments is a number of steps.
LENGTHS = ('begin', 'end', 'total_iters', 'T_max', 'step_size', 'milestones')


def scale_loop(cfg: Config, factor: float) -> None:
    """Multiply the lengths and intervals of an iteration-based loop.

    A run in epochs stays as it is: its epochs see the same images at any batch size.

    Args:
        cfg: The run's config, changed in place.
        factor: What to multiply with.
    """
    loop = cfg.train_cfg
    if loop.get('type') != 'IterBasedTrainLoop' and loop.get('by_epoch', True):
        return
    for key in ('max_iters', 'val_begin', 'val_interval', 'dynamic_intervals'):
        if key in loop:
            loop[key] = _times(loop[key], factor)
    checkpoint = cfg.get('default_hooks', {}).get('checkpoint', {})
    if not checkpoint.get('by_epoch', True):
        checkpoint.interval = _times(checkpoint.interval, factor)


def scale_schedule(cfg: Config, factor: float) -> None:
    """Multiply the lengths of the schedulers that count iterations.

    Args:
        cfg: The run's config, changed in place.
        factor: What to multiply with.
    """
    schedulers = cfg.get('param_scheduler') or []
    for scheduler in schedulers if isinstance(schedulers, list) else [schedulers]:
        if scheduler.get('by_epoch', True):
            continue
        for key in LENGTHS:
            if key in scheduler:
                scheduler[key] = _times(scheduler[key], factor)


def _times(length: Any, factor: float) -> Any:
    if isinstance(length, (list, tuple)):
        return [_times(one, factor) for one in length]
    # 0 stays 0, and no phase of a schedule vanishes.
    return length if length in (0, None) else max(1, round(length * factor))

# SPDX-License-Identifier: Apache-2.0
"""Longer and shorter runs of the same recipe."""

from typing import Any

from mmengine.config import Config

from mmmetaformer.host import counts_epochs, schedulers_of

__all__ = ['scale_loop', 'scale_schedule']

# The arguments of schedulers that are numbers of steps.
LENGTHS = ('begin', 'end', 'total_iters', 'T_max', 'step_size', 'milestones')


def scale_loop(cfg: Config, factor: float) -> None:
    """Multiply the lengths and intervals of an iteration-based loop.

    A run in epochs does not change: an epoch has the same images at any batch size.

    Args:
        cfg: The run's config, changed in place.
        factor: New length divided by old length.
    """
    if counts_epochs(cfg):
        return
    loop = cfg.train_cfg
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
        factor: New length divided by old length.
    """
    for scheduler in schedulers_of(cfg):
        if scheduler.get('by_epoch', True):
            continue
        for key in LENGTHS:
            if key in scheduler:
                scheduler[key] = _times(scheduler[key], factor)


def _times(length: Any, factor: float) -> Any:
    if isinstance(length, (list, tuple)):
        return [_times(one, factor) for one in length]
    # 0 stays 0, and no phase of a schedule disappears.
    return length if length in (0, None) else max(1, round(length * factor))

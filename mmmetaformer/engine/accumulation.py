# SPDX-License-Identifier: Apache-2.0
"""Gradient accumulation that keeps the recipe's schedule.

mmengine counts forward passes: with `accumulative_counts=8` its schedulers run eight
times too fast and an iteration-based run ends after an eighth of its steps
(open-mmlab/mmengine#1308). Here schedulers count updates, and loops get longer.
"""

from typing import Any

from mmengine.config import Config
from mmengine.hooks import ParamSchedulerHook
from mmengine.runner import Runner

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import schedulers_of
from mmmetaformer.registry import HOOKS

from .batch_plan import recipe_batch
from .loop_length import scale_loop

__all__ = ['SchedulerPerUpdateHook', 'use_accumulation']


@HOOKS.register_module()
class SchedulerPerUpdateHook(ParamSchedulerHook):
    """Steps iteration-based schedulers after each update of the parameters."""

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Called by mmengine after each forward and backward pass."""
        if runner.optim_wrapper.should_update():
            super().after_train_iter(runner, batch_idx, data_batch, outputs)


def use_accumulation(cfg: Config, number: int | str, world_size: int) -> None:
    """Update the parameters once in several forward and backward passes.

    Args:
        cfg: The run's config, changed in place.
        number: Passes per update, or 'auto' for the number that reaches the recipe's
            batch.
        world_size: Number of processes.

    Raises:
        ConfigError: No number of passes reaches the batch, or the config accumulates
            already.
    """
    given = cfg.optim_wrapper.get('accumulative_counts', 1)
    if given > 1:
        raise ConfigError(
            f'--accumulate and accumulative_counts={given} in the config exclude each '
            'other: leave out one of them'
        )
    if number == 'auto':
        number = _passes_to(recipe_batch(cfg), cfg, world_size)
    number = int(number)
    for scheduler in schedulers_of(cfg):
        if scheduler.get('convert_to_iter_based'):
            raise ConfigError(
                '--accumulate does not work with convert_to_iter_based=True of a '
                'param_scheduler, which counts forward passes: set by_epoch=False and '
                'its length in steps'
            )
    cfg.optim_wrapper.accumulative_counts = number
    hook = dict(type='mmmetaformer.SchedulerPerUpdateHook')
    cfg.merge_from_dict({'default_hooks.param_scheduler': hook})
    scale_loop(cfg, number)


def _passes_to(batch: int, cfg: Config, world_size: int) -> int:
    per_pass = cfg.train_dataloader.batch_size * world_size
    if batch % per_pass:
        raise ConfigError(
            f'--accumulate auto cannot reach the {batch} images per step of the recipe '
            f'with {per_pass} per pass ({cfg.train_dataloader.batch_size} on each of '
            f'{world_size} processes): set a train_dataloader.batch_size that divides '
            'them, or give the number of passes and --auto-scale-lr'
        )
    return batch // per_pass

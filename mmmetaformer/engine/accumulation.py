# SPDX-License-Identifier: Apache-2.0
"""Gradient accumulation that leaves the schedule as the recipe has it.

mmengine counts forward passes: with `accumulative_counts=8` its schedulers run eight
times too fast and an iteration-based run ends after an eighth of its steps
(open-mmlab/mmengine#1308). Here schedulers count updates, and loops are prolonged.
"""

from typing import Any

from mmengine.config import Config
from mmengine.hooks import ParamSchedulerHook
from mmengine.runner import Runner

from mmmetaformer.errors import ConfigError
from mmmetaformer.registry import HOOKS

from .batch_plan import recipe_batch
from .loop_length import scale_loop

__all__ = ['SchedulerPerUpdateHook', 'passes', 'use_accumulation']


@HOOKS.register_module()
class SchedulerPerUpdateHook(ParamSchedulerHook):
    """Steps iteration-based schedulers when the parameters were updated."""

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


def passes(word: str) -> int | str:
    """Read the word after `--accumulate`: a number from 1 up, or 'auto'.

    Raises:
        ValueError: It is neither; argparse tells the user.
    """
    if word == 'auto':
        return word
    if not word.isdigit() or int(word) < 1:
        raise ValueError(word)
    return int(word)


def use_accumulation(cfg: Config, number: int | str, world_size: int) -> None:
    """Update the parameters once in several forward and backward passes.

    Args:
        cfg: The run's config, changed in place.
        number: How many, or 'auto': as many as make up the recipe's batch.
        world_size: Number of processes.

    Raises:
        ConfigError: The batch cannot be made up so, or the config accumulates already.
    """
    given = cfg.optim_wrapper.get('accumulative_counts', 1)
    if given > 1:
        raise ConfigError(
            f'--accumulate does not go with accumulative_counts={given} in the config: '
            'leave out one of them'
        )
    if number == 'auto':
        number = _passes_to(recipe_batch(cfg), cfg, world_size)
    number = int(number)
    for scheduler in _schedulers(cfg):
        if scheduler.get('convert_to_iter_based'):
            raise ConfigError(
                '--accumulate does not go with convert_to_iter_based=True of a '
                'param_scheduler, which counts forward passes: give its length in '
                'steps, by_epoch=False'
            )
    cfg.optim_wrapper.accumulative_counts = number
    hook = dict(type='mmmetaformer.SchedulerPerUpdateHook')
    cfg.merge_from_dict({'default_hooks.param_scheduler': hook})
    scale_loop(cfg, number)


def _passes_to(batch: int, cfg: Config, world_size: int) -> int:
    per_pass = cfg.train_dataloader.batch_size * world_size
    if batch % per_pass:
        raise ConfigError(
            f'--accumulate auto cannot make up the {batch} images of a step from '
            f'{per_pass} a pass ({cfg.train_dataloader.batch_size} on each of '
            f'{world_size}): set train_dataloader.batch_size so that it divides, or '
            'give the number of passes and --auto-scale-lr'
        )
    return batch // per_pass


def _schedulers(cfg: Config) -> list[Any]:
    schedulers = cfg.get('param_scheduler') or []
    return schedulers if isinstance(schedulers, list) else [schedulers]

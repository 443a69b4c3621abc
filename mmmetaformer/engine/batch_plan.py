# SPDX-License-Identifier: Apache-2.0
"""Images per step, learning rate and length of a run, which belong together."""

import os
from dataclasses import dataclass

from mmengine.config import Config
from mmengine.runner import Runner

from mmmetaformer.errors import ConfigError

from .loop_length import scale_loop, scale_schedule

__all__ = ['BatchPlan', 'plan_of', 'recipe_batch', 'scale_lr', 'world_size_of']

#: Where each launcher says how many processes it started.
WORLD_SIZE = {
    'pytorch': 'WORLD_SIZE',
    'slurm': 'SLURM_NTASKS',
    'mpi': 'OMPI_COMM_WORLD_SIZE',
}


def world_size_of(launcher: str) -> int:
    """Number of processes of a run, before it has connected them.

    Args:
        launcher: 'none', 'pytorch', 'slurm' or 'mpi'.
    """
    return 1 if launcher == 'none' else int(os.environ.get(WORLD_SIZE[launcher], 1))


def recipe_batch(cfg: Config) -> int:
    """Images per step that the config's rate and schedule are meant for.

    Raises:
        ConfigError: The config does not say.
    """
    batch = (cfg.get('auto_scale_lr') or {}).get('base_batch_size')
    if batch is None:
        raise ConfigError(
            'the config does not say for how many images a step its rate is meant: '
            'add auto_scale_lr = dict(enable=False, base_batch_size=16), with the '
            'number of its recipe'
        )
    return batch


def scale_lr(cfg: Config, world_size: int) -> None:
    """Fit the recipe to the batch: `--auto-scale-lr`.

    The rate changes in proportion to the images per step, all accumulated ones
    counted (arXiv 1706.02677). Warm-up, and all of a schedule that counts iterations,
    changes inversely, so that each phase sees as many images as in the recipe.

    Args:
        cfg: The run's config, changed in place; accumulation is set already.
        world_size: Number of processes.

    Raises:
        ConfigError: The config does not say which batch its rate is for, or its
            optimizer has no rate.
    """
    recipe = recipe_batch(cfg)
    optimizer = cfg.optim_wrapper.optimizer
    if not isinstance(optimizer.get('lr'), (int, float)):
        raise ConfigError(
            f'--auto-scale-lr needs a number as optim_wrapper.optimizer.lr, got '
            f'{optimizer.get("lr")!r}'
        )
    images = (
        cfg.train_dataloader.batch_size
        * world_size
        * cfg.optim_wrapper.get('accumulative_counts', 1)
    )
    factor = images / recipe
    optimizer.lr *= factor
    scale_loop(cfg, 1 / factor)
    scale_schedule(cfg, 1 / factor)
    # Now the config is one for this batch, and mmengine is not to scale again.
    cfg.auto_scale_lr = dict(enable=False, base_batch_size=images)


@dataclass(frozen=True)
class BatchPlan:
    """What a run is going to do.

    Args:
        per_process: Images in one forward pass of a process.
        processes: Number of processes.
        passes: Forward passes per update of the parameters.
        recipe: Images per step that the rate is meant for, None if not said.
        dataset_size: Images of an epoch.
        total_passes: Forward passes of the whole run, of each process.
        warmup: Steps until the rate is reached.
        lr: The optimizer's rate after warm-up.
    """

    per_process: int
    processes: int
    passes: int
    recipe: int | None
    dataset_size: int
    total_passes: int
    warmup: int
    lr: float

    @property
    def images_per_step(self) -> int:
        """Images behind one update of the parameters."""
        return self.per_process * self.processes * self.passes

    @property
    def total_images(self) -> int:
        """Images seen in the whole run, repeated ones counted each time."""
        return self.total_passes * self.per_process * self.processes

    def __str__(self) -> str:
        """A paragraph for the log."""
        passes = f' in {self.passes} passes' if self.passes > 1 else ''
        steps = -(-self.total_passes // self.passes)
        return (
            f'{self.images_per_step} images a step ({self.per_process} on each of '
            f'{self.processes}{passes}), {self.dataset_size:,} images and '
            f'{self.dataset_size / self.images_per_step:,.1f} steps an epoch, '
            f'{steps:,} steps, {self.total_images:,} images in all '
            f'({self.total_images / self.dataset_size:,.1f} epochs); '
            f'learning rate {self.lr:.4g} after {self.warmup:,} steps of warm-up'
        )

    def warning(self) -> str | None:
        """What to do if the batch is not the recipe's."""
        if self.recipe in (None, self.images_per_step):
            return None
        per_pass = self.per_process * self.processes
        ways = '--auto-scale-lr'
        if self.passes == 1 and self.recipe % per_pass == 0:
            ways += ' or --accumulate auto'
        return (
            f'the learning rate {self.lr:.4g} is meant for {self.recipe} images a '
            f'step, this run has {self.images_per_step} and nothing was scaled. '
            f'Consider {ways}'
        )


def plan_of(runner: Runner) -> BatchPlan:
    """The plan of a runner that is about to train."""
    loader = runner.train_dataloader
    wrapper = runner.optim_wrapper
    lengths = [
        scheduler.get('end', 0)
        for scheduler in _as_list(runner.cfg.get('param_scheduler'))
        if scheduler.get('type') == 'LinearLR' and not scheduler.get('by_epoch', True)
    ]
    return BatchPlan(
        per_process=loader.batch_sampler.batch_size,
        processes=runner.world_size,
        passes=wrapper._accumulative_counts,
        recipe=(runner.cfg.get('auto_scale_lr') or {}).get('base_batch_size'),
        dataset_size=len(loader.dataset),
        total_passes=runner.max_iters,
        warmup=max(lengths, default=0),
        lr=wrapper.optimizer.defaults['lr'],
    )


def _as_list(value: list | dict | None) -> list:
    return value if isinstance(value, list) else [value] if value else []

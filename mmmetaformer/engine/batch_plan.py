# SPDX-License-Identifier: Apache-2.0
"""The plan of a run: images per step, learning rate and length belong together."""

from dataclasses import dataclass

from mmengine.config import Config
from mmengine.runner import Runner

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import schedulers_of

__all__ = ['BatchPlan', 'plan_of', 'recipe_batch']


def recipe_batch(cfg: Config) -> int:
    """Return the images per step that the config's rate and schedule are for.

    Raises:
        ConfigError: The config does not say.
    """
    batch = (cfg.get('auto_scale_lr') or {}).get('base_batch_size')
    if batch is None:
        raise ConfigError(
            'the config does not say how many images per step its learning rate is '
            'for: add auto_scale_lr = dict(enable=False, base_batch_size=16), with the '
            'number of its recipe'
        )
    return batch


@dataclass(frozen=True)
class BatchPlan:
    """The batch and the length of a run.

    Args:
        per_process: Images in one forward pass of a process.
        processes: Number of processes.
        passes: Forward passes per update of the parameters.
        recipe: Images per step that the rate is for, None if the config does not say.
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
        """Images per update of the parameters."""
        return self.per_process * self.processes * self.passes

    @property
    def total_images(self) -> int:
        """Images of the whole run, each repetition counted."""
        return self.total_passes * self.per_process * self.processes

    def __str__(self) -> str:
        """Return a paragraph for the log."""
        batch = [f'{self.per_process} per process', f'{self.processes} process']
        if self.processes > 1:
            batch[1] += 'es'
        if self.passes > 1:
            batch.append(f'{self.passes} passes')
        steps = -(-self.total_passes // self.passes)
        return (
            f'{self.images_per_step} images per step ({" x ".join(batch)}); '
            f'{self.dataset_size:,} images and '
            f'{self.dataset_size / self.images_per_step:,.1f} steps per epoch; '
            f'{steps:,} steps, {self.total_images:,} images in total '
            f'({self.total_images / self.dataset_size:,.1f} epochs); '
            f'learning rate {self.lr:.4g} after {self.warmup:,} steps of warm-up'
        )

    def warning(self) -> str | None:
        """Return what to do if the batch is not the recipe's."""
        if self.recipe in (None, self.images_per_step):
            return None
        per_pass = self.per_process * self.processes
        ways = '--auto-scale-lr'
        if self.passes == 1 and self.recipe % per_pass == 0:
            ways += ' or --accumulate auto'
        return (
            f'the learning rate {self.lr:.4g} is for {self.recipe} images per step, '
            f'this run has {self.images_per_step}, and nothing was scaled. '
            f'Consider {ways}'
        )

    def warmup_warning(self) -> str | None:
        """Return what to do if the run ends before the rate is reached."""
        if self.warmup <= self.total_passes:
            return None
        return (
            f'the run ends after {self.total_passes:,} iterations, during its warm-up '
            f'of {self.warmup:,}, and never reaches the learning rate {self.lr:.4g}. '
            'Shorten the warm-up: `end` of LinearLR in param_scheduler, or --length'
        )


def plan_of(runner: Runner) -> BatchPlan:
    """Return the plan of a runner that is about to train."""
    loader = runner.train_dataloader
    wrapper = runner.optim_wrapper
    lengths = [
        scheduler.get('end', 0)
        for scheduler in schedulers_of(runner.cfg)
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

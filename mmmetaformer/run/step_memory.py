# SPDX-License-Identifier: Apache-2.0
"""Saying how much memory a training step will take, before the first one."""

import torch
from mmengine.config import Config
from mmengine.logging import print_log

from mmmetaformer.complexity.step_memory import StepMemory, count_step_memory
from mmmetaformer.complexity.training_shape import training_shape
from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.launchers import is_first_process
from mmmetaformer.say import say

__all__ = ['describe_step_memory', 'expected_memory', 'say_step_memory']


def say_step_memory(cfg: Config) -> None:
    """Say what a step of a run will take, and warn if the GPU has less.

    Where that is not known, the log has the reason.

    Args:
        cfg: The run's config, fitted to the machine.
    """
    if not is_first_process():
        return
    try:
        memory = expected_memory(cfg)
    except ConfigError as error:
        text = f'The memory of a step is not known: {error}'
        print_log(text, logger='current')
        return
    say(f'Memory: {describe_step_memory(memory)}.')
    if torch.cuda.is_available():
        total = torch.cuda.get_device_properties('cuda').total_memory
        if memory.peak > total:
            warn(
                f'a step may not fit into the {total / 1e9:.1f} GB of this GPU. '
                'A smaller train_dataloader.batch_size with --accumulate auto takes '
                'less, and so does model.backbone.with_cp=True'
            )


def expected_memory(
    cfg: Config, shape: tuple[int, int] | None = None, batch: int | None = None
) -> StepMemory:
    """Return the memory of a training step of a config.

    Args:
        cfg: The config.
        shape: Height and width of the images, by default the largest of its pipeline.
        batch: Images of a step, by default those that the config gives a process.

    Raises:
        ConfigError: The pipeline sets no size, or the model does not run on shapes
            alone.
    """
    shape = shape or training_shape(cfg)
    if shape is None:
        raise ConfigError('the training pipeline sets no image size; --shape sets one')
    loader = cfg.get('train_dataloader') or {}
    return count_step_memory(cfg, shape, batch or loader.get('batch_size') or 1)


def describe_step_memory(memory: StepMemory) -> str:
    """Return a line about the memory of a step."""
    height, width = memory.shape
    images = 'image' if memory.batch == 1 else 'images'
    kept = memory.parameters + memory.optimizer
    return (
        f'a training step takes up to {memory.peak / 1e9:.2f} GB for {memory.batch} '
        f'{images} of {height}x{width} in {memory.dtype}; parameters and optimizer are '
        f'{kept / 1e9:.2f} GB of it'
    )

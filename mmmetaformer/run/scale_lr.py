# SPDX-License-Identifier: Apache-2.0
"""Fitting a recipe to another number of images per step."""

from mmengine.config import Config

from mmmetaformer.engine.batch_plan import recipe_batch
from mmmetaformer.engine.loop_length import scale_loop, scale_schedule
from mmmetaformer.errors import ConfigError

__all__ = ['scale_lr']


def scale_lr(cfg: Config, world_size: int) -> None:
    """Fit learning rate, warm-up and length to the batch: `--auto-scale-lr`.

    The rate changes in proportion to the images per step, accumulated ones included
    (arXiv 1706.02677). Warm-up, and every length that counts iterations, changes
    inversely, so that each phase sees as many images as in the recipe.

    Args:
        cfg: The run's config, changed in place, after accumulation is set.
        world_size: Number of processes.

    Raises:
        ConfigError: The config does not say which batch its rate is for, or its
            optimizer has no rate.
    """
    recipe = recipe_batch(cfg)
    optimizer = cfg.optim_wrapper.optimizer
    if not isinstance(optimizer.get('lr'), (int, float)):
        raise ConfigError(
            '--auto-scale-lr needs a number as optim_wrapper.optimizer.lr, got '
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
    # The config now fits this batch, and mmengine must not scale it again.
    cfg.auto_scale_lr = dict(enable=False, base_batch_size=images)

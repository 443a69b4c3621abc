# SPDX-License-Identifier: Apache-2.0
"""A recipe at another length: `--length`."""

import math
from collections.abc import MutableMapping
from typing import Any

from mmengine.config import Config
from mmengine.registry import DATASETS

from mmmetaformer.checks.coco.check import training_images
from mmmetaformer.checks.config.schedule import check_schedule
from mmmetaformer.engine.loop_length import drop_stuck, scale_run
from mmmetaformer.engine.undisturbed import silent
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import counts_epochs, schedulers_of, type_name
from mmmetaformer.say import say
from mmmetaformer.tracebacks import words_of

__all__ = ['use_length']

EPOCHS = 'e'  # suffix of a length in epochs
# A warm-up that takes more than half of a run becomes a tenth of it.
LONGEST_WARMUP, SHORTENED_WARMUP = 0.5, 0.1
# Lines in the log of a run that has as many steps.
LEAST_LINES = 20


def use_length(cfg: Config, length: str, world_size: int) -> None:
    """Train for another length, and move all that depends on it along.

    Warm-up, decay, and the intervals of validation and checkpoints change in
    proportion; a short run is logged more often. The length is the final one: it is not
    changed by --accumulate and --auto-scale-lr. If its unit is not that of the config's
    loop, it is converted with the number of images in the data set; a loop in epochs
    gets whole epochs.

    Args:
        cfg: The run's config, changed in place, after all checks of its data.
        length: Steps as '8000', or epochs as '20e'.
        world_size: Number of processes.

    Raises:
        ConfigError: The data set cannot be built, or the config has no length.
    """
    number = int(length.removesuffix(EPOCHS))
    in_epochs = counts_epochs(cfg)
    key = 'max_epochs' if in_epochs else 'max_iters'
    if not isinstance(cfg.train_cfg.get(key), int):
        raise ConfigError(
            f'--length {length} changes train_cfg.{key} of the config, which is '
            f'{cfg.train_cfg.get(key)!r}'
        )
    # The loop counts passes, its schedule steps.
    passes = cfg.optim_wrapper.get('accumulative_counts', 1)
    per_epoch = 0.0
    if in_epochs or length.endswith(EPOCHS):
        per_epoch = _passes_per_epoch(cfg, length, world_size)
    if length.endswith(EPOCHS):
        new = number if in_epochs else math.ceil(number * per_epoch / passes) * passes
    else:
        new = number * passes
        if in_epochs:
            new = max(1, round(new / per_epoch))
    scale_run(cfg, new / cfg.train_cfg[key])
    cfg.train_cfg[key] = new
    done = new * (per_epoch if in_epochs else 1)
    steps = math.ceil(done / passes)
    _fit_warmup(cfg, steps)
    _fit_logging(cfg, int(done))
    check_schedule(cfg)
    unit = 'epochs' if in_epochs else 'iterations'
    validation = cfg.train_cfg.get('val_interval', 1)
    say(
        f'--length {length}: {new:,} {unit} of training ({steps:,} steps), '
        f'validation every {validation:,}'
    )


def _passes_per_epoch(cfg: Config, length: str, world_size: int) -> float:
    """Return the passes of each process over the data set; whole for loops in epochs.

    Raises:
        ConfigError: The data set cannot be built.
    """
    loader = cfg.train_dataloader
    images = training_images(cfg)
    if images is None:
        images = _built_images(cfg, length)
    if not images:
        raise ConfigError(f'--length {length}: the training data has no images')
    if not counts_epochs(cfg):
        return images / (loader.batch_size * world_size)
    passes = math.ceil(images / world_size) / loader.batch_size
    return max(1, math.floor(passes) if loader.get('drop_last') else math.ceil(passes))


def _built_images(cfg: Config, length: str) -> int:
    try:
        with (
            silent(),
            DATASETS.switch_scope_and_registry(cfg.get('default_scope')) as registry,
        ):
            return len(registry.build(cfg.train_dataloader.dataset))
    except Exception as error:
        raise ConfigError(
            f'--length {length} needs the number of images, and the data set cannot be '
            f'built: {words_of(error)}'
        ) from error


def _fit_warmup(cfg: Config, steps: int) -> None:
    """Shorten a warm-up that would take most of the run, and what begins at its end."""
    schedulers = schedulers_of(cfg)
    for warmup in filter(_is_warmup, schedulers):
        end = warmup['end']
        if end <= steps * LONGEST_WARMUP:
            continue
        warmup['end'] = max(1, int(steps * SHORTENED_WARMUP))
        for other in schedulers:
            if not other.get('by_epoch', True) and other.get('begin', 0) == end:
                other['begin'] = warmup['end']
    drop_stuck(cfg)


def _fit_logging(cfg: Config, passes: int) -> None:
    """Log a short run often enough for curves."""
    hook = (cfg.get('default_hooks') or {}).get('logger')
    if isinstance(hook, MutableMapping) and isinstance(hook.get('interval'), int):
        hook['interval'] = max(1, min(hook['interval'], passes // LEAST_LINES))


def _is_warmup(scheduler: Any) -> bool:
    return (
        type_name(scheduler) == 'LinearLR'
        and not scheduler.get('by_epoch', True)
        and not scheduler.get('begin')
        and 'end' in scheduler
    )

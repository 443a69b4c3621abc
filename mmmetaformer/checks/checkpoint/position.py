# SPDX-License-Identifier: Apache-2.0
"""Whether a run that resumes has anything left to train."""

from mmengine.config import Config

from mmmetaformer.engine.exact.finished import has_ended
from mmmetaformer.engine.exact.record import updates_as_passes
from mmmetaformer.errors import ConfigError
from mmmetaformer.host import counts_epochs

from .contents import Checkpoint

__all__ = ['check_position']


def check_position(checkpoint: Checkpoint, cfg: Config) -> None:
    """Refuse to resume from a checkpoint of the run's last step, or a later one.

    The last validation counts: a checkpoint is saved before it.

    Args:
        checkpoint: What the run resumes from.
        cfg: The run's config.

    Raises:
        ConfigError: Nothing is left to train; the message has the option to train for
            longer.
    """
    if counts_epochs(cfg):
        unit, key, done = 'epoch', 'max_epochs', checkpoint.epochs
    else:
        unit, key, done = 'step', 'max_iters', _passes(checkpoint, cfg)
    end = cfg.train_cfg.get(key)
    if done is None or not isinstance(end, (int, float)) or done < end:
        return
    if done == end and _validation_is_left(checkpoint, cfg):
        return
    raise ConfigError(
        f'{checkpoint.path} is at {unit} {done}, the run ends at {unit} {end}: nothing '
        f'is left to train. To train for longer, --cfg-options train_cfg.{key}=... and '
        'a schedule of that length; to test it, tools/test.py'
    )


def _passes(checkpoint: Checkpoint, cfg: Config) -> int | None:
    """Return the steps done, in passes of this run."""
    if checkpoint.steps is None:
        return None
    accumulated = (cfg.get('optim_wrapper') or {}).get('accumulative_counts', 1)
    return updates_as_passes({**checkpoint.meta, 'iter': checkpoint.steps}, accumulated)


def _validation_is_left(checkpoint: Checkpoint, cfg: Config) -> bool:
    """Return whether a run was stopped after its last save, in its last validation."""
    if cfg.get('val_cfg') is None or checkpoint.steps is None:
        return False
    return not has_ended(cfg.work_dir, checkpoint.steps)

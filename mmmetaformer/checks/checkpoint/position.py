# SPDX-License-Identifier: Apache-2.0
"""Whether a run that resumes has anything left to train."""

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import counts_epochs

from .contents import Checkpoint

__all__ = ['check_position']


def check_position(checkpoint: Checkpoint, cfg: Config) -> None:
    """Refuse to resume from a checkpoint of the run's last step, or a later one.

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
        unit, key, done = 'step', 'max_iters', checkpoint.steps
    end = cfg.train_cfg.get(key)
    if done is None or not isinstance(end, (int, float)) or done < end:
        return
    raise ConfigError(
        f'{checkpoint.path} is at {unit} {done}, the run ends at {unit} {end}: nothing '
        f'is left to train. To train for longer, --cfg-options train_cfg.{key}=... and '
        'a schedule of that length; to test it, tools/test.py'
    )

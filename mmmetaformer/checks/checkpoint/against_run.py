# SPDX-License-Identifier: Apache-2.0
"""All that a checkpoint says about itself, against the run that starts from it."""

from mmengine.config import Config

from .classes import check_class_names, warn_of_class_names
from .contents import Checkpoint, check_checkpoint
from .position import check_position

__all__ = ['check_start_of_training']


def check_start_of_training(cfg: Config) -> Checkpoint | None:
    """Refuse a `load_from` that the run cannot resume or start from.

    Args:
        cfg: The run's config.

    Returns:
        The checkpoint; None without one.

    Raises:
        ConfigError: It is no checkpoint, or one of another run.
    """
    if not cfg.get('load_from'):
        return None
    resume = bool(cfg.get('resume'))
    checkpoint = check_checkpoint(cfg.load_from, resume)
    if resume:
        check_class_names(checkpoint, cfg, 'train')
        check_position(checkpoint, cfg)
    else:
        warn_of_class_names(checkpoint, cfg)
    return checkpoint

# SPDX-License-Identifier: Apache-2.0
"""The checkpoint from whose weights a new run starts."""

from mmengine.config import Config

from .classes import warn_of_class_names
from .contents import Checkpoint, check_checkpoint

__all__ = ['check_load_from']


def check_load_from(cfg: Config) -> Checkpoint | None:
    """Refuse a `load_from` that is no checkpoint; warn if it has other classes.

    Args:
        cfg: The config of a run that does not resume.

    Returns:
        The checkpoint; None without one.

    Raises:
        ConfigError: It is no checkpoint.
    """
    if not cfg.get('load_from'):
        return None
    checkpoint = check_checkpoint(cfg.load_from)
    warn_of_class_names(checkpoint, cfg)
    return checkpoint

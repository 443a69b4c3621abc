# SPDX-License-Identifier: Apache-2.0
"""All checks of a config, before anything is built or written."""

from collections.abc import Iterable

from mmengine.config import Config

from mmmetaformer.host import evaluators_of

from .channels import check_channels
from .files import check_files
from .head_classes import check_classes

__all__ = ['check_run']


def check_run(cfg: Config, splits: Iterable[str]) -> None:
    """Refuse a config that would fail later, or silently train on the wrong thing.

    Args:
        cfg: The run's config.
        splits: Which of 'train', 'val' and 'test' the run uses.

    Raises:
        ConfigError: An unknown backbone, argument or mixer; channels that do not match;
            missing data; a number of classes that does not match.
    """
    scope = cfg.get('default_scope')
    check_channels(cfg.model, scope)
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if loader is not None:
            check_files(loader.dataset, evaluators_of(cfg, split))
            check_classes(loader.dataset, cfg.model, scope)

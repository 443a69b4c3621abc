# SPDX-License-Identifier: Apache-2.0
"""Checks of a config before anything is built or written."""

from collections.abc import Iterable

from mmengine.config import Config

from mmmetaformer.datasets.check_classes import check_classes
from mmmetaformer.datasets.check_files import check_files
from mmmetaformer.models.check_channels import check_channels

__all__ = ['check_run']


def check_run(cfg: Config, splits: Iterable[str]) -> None:
    """Refuse a config that would fail later, or train on the wrong thing in silence.

    Args:
        cfg: The run's config.
        splits: Which of 'train', 'val' and 'test' the run uses.

    Raises:
        ConfigError: An unknown backbone, argument or mixer; channels that do not fit;
            absent data; a class list that does not fit the heads.
    """
    check_channels(cfg.model, cfg.get('default_scope'))
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if loader is not None:
            check_files(loader.dataset, cfg.get(f'{split}_evaluator'))
            check_classes(loader.dataset, cfg.model, cfg.get('default_scope'))

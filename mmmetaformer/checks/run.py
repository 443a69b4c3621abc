# SPDX-License-Identifier: Apache-2.0
"""All checks of a config, before anything is built or written."""

from collections.abc import Iterable

from mmengine.config import Config

from mmmetaformer.host import evaluators_of

from .config.arguments import check_arguments_of
from .config.channels import check_channels
from .config.head_classes import check_classes
from .config.one_class import check_one_class
from .data import data_faults
from .fault import report_faults
from .files import check_files
from .images.input_channels import check_input_channels

__all__ = ['check_run']


def check_run(cfg: Config, splits: Iterable[str]) -> None:
    """Refuse a config that would fail later, or silently train on the wrong thing.

    What is unusual but works is printed as a warning.

    Args:
        cfg: The run's config.
        splits: Which of 'train', 'val' and 'test' the run uses.

    Raises:
        ConfigError: The config or its data is wrong; the message says what to do.
    """
    scope = cfg.get('default_scope')
    splits = list(splits)
    check_arguments_of(cfg, splits)
    check_channels(cfg.model, scope)
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if loader is not None:
            check_files(loader.dataset, evaluators_of(cfg, split))
            check_classes(loader.dataset, cfg.model, scope)
    check_one_class(cfg)
    check_input_channels(cfg, splits)
    report_faults(data_faults(cfg, splits))

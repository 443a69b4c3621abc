# SPDX-License-Identifier: Apache-2.0
"""All checks of a config, before anything is built or written."""

from collections.abc import Iterable

from mmengine.config import Config

from mmmetaformer.host import evaluators_of
from mmmetaformer.launchers import world_size_of

from .config.arguments import check_arguments_of
from .config.batch_of_one import check_batch_of_one
from .config.channels import check_channels
from .config.class_weights import check_class_weights
from .config.crops import check_crops, check_windows
from .config.head_classes import check_classes
from .config.keys import check_variables
from .config.monitors import check_monitors
from .config.one_class import check_one_class
from .config.schedule import check_schedule, warn_of_length
from .config.sections import check_sections
from .config.unread_outputs import check_outputs
from .data import data_faults
from .fault import report_faults
from .files import check_files
from .images.input_channels import check_input_channels
from .writable import check_folder_writable

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
    splits = list(splits)
    _check_config(cfg, splits)
    scope = cfg.get('default_scope')
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if loader is not None:
            check_files(loader.dataset, evaluators_of(cfg, split), split)
            check_classes(loader.dataset, cfg.model, scope)
    report_faults(data_faults(cfg, splits))


def _check_config(cfg: Config, splits: list[str]) -> None:
    if splits:
        check_folder_writable(cfg.get('work_dir') or '.', '--work-dir')
    check_variables(cfg)
    check_sections(cfg)
    check_arguments_of(cfg, splits)
    check_channels(cfg.model, cfg.get('default_scope'))
    check_windows(cfg)
    check_one_class(cfg)
    check_input_channels(cfg, splits)
    if 'train' in splits:
        _check_training(cfg)


def _check_training(cfg: Config) -> None:
    processes = world_size_of(cfg.get('launcher', 'none'))
    check_schedule(cfg)
    check_monitors(cfg)
    check_class_weights(cfg.model)
    check_batch_of_one(cfg, processes)
    # These also warn.
    check_crops(cfg)
    check_outputs(cfg, processes)
    warn_of_length(cfg)

# SPDX-License-Identifier: Apache-2.0
"""All checks of a config, before anything is built or written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from mmengine.config import Config

from mmmetaformer.host import evaluators_of
from mmmetaformer.launchers import world_size_of

from .config.arguments import check_arguments_of
from .config.batch_of_one import check_batch_of_one
from .config.channels import check_channels
from .config.class_weights import check_class_weights
from .config.crops import check_crops, check_windows
from .config.default_hooks import check_default_hooks
from .config.head_classes import check_classes
from .config.keys import check_variables
from .config.model_settings import check_model_settings
from .config.monitors import check_monitors
from .config.one_class import check_one_class
from .config.schedule import check_schedule, warn_of_length
from .config.unread_outputs import check_outputs
from .data import data_faults
from .fault import report_faults
from .files import check_files
from .images.input_channels import check_input_channels
from .writable import check_folder_writable

__all__ = ['check_run', 'config_checks']


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
    for check in config_checks(cfg, splits):
        check()
    scope = cfg.get('default_scope')
    for split in splits:
        loader = cfg.get(f'{split}_dataloader')
        if loader is not None:
            check_files(loader.dataset, evaluators_of(cfg, split), split)
            check_classes(loader.dataset, cfg.model, scope)
    report_faults(data_faults(cfg, splits))


def config_checks(cfg: Config, splits: Sequence[str]) -> Iterator[Callable[[], object]]:
    """Yield the checks of the config alone; each raises `ConfigError`, or warns.

    Args:
        cfg: The run's config.
        splits: Which of 'train', 'val' and 'test' the run uses.
    """
    if splits:
        folder = cfg.get('work_dir') or '.'
        yield partial(check_folder_writable, folder, '--work-dir')
    yield partial(check_variables, cfg)
    yield partial(check_default_hooks, cfg)
    yield partial(check_arguments_of, cfg, splits)
    yield partial(check_channels, cfg.model, cfg.get('default_scope'))
    yield partial(check_model_settings, cfg)
    yield partial(check_windows, cfg)
    yield partial(check_one_class, cfg)
    yield partial(check_input_channels, cfg, splits)
    if 'train' in splits:
        yield from _training_checks(cfg)


def _training_checks(cfg: Config) -> Iterator[Callable[[], object]]:
    processes = world_size_of(cfg.get('launcher', 'none'))
    yield partial(check_schedule, cfg)
    yield partial(check_monitors, cfg)
    yield partial(check_class_weights, cfg.model)
    yield partial(check_batch_of_one, cfg, processes)
    # These also warn.
    yield partial(check_crops, cfg)
    yield partial(check_outputs, cfg, processes)
    yield partial(warn_of_length, cfg)

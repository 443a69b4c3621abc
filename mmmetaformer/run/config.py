# SPDX-License-Identifier: Apache-2.0
"""From the words of a command line to a run's config."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from mmengine.config import Config

from mmmetaformer.checks.config.keys import check_keys
from mmmetaformer.checks.config.options import check_options
from mmmetaformer.errors import ConfigError
from mmmetaformer.launchers import process_number

from .config_errors import read_config_file
from .find_config import find_config
from .ignored_labels import use_ignored_labels
from .image_size import use_image_size
from .option_values import read_options
from .own_data import read_classes, use_classes, use_data_root, use_subset
from .own_labels import use_labels
from .own_suffixes import use_suffixes
from .sample_run import use_sample_data
from .workers import fit_workers, limit_workers

__all__ = ['load_config', 'merge_options', 'read_run_config']


def load_config(path: str, work_dir: str | None = None) -> Config:
    """Read the config of a run and settle where it writes.

    Args:
        path: The config file.
        work_dir: Folder for logs and checkpoints; None for the config's own `work_dir`,
            or else `work_dirs/` and the name of the config.

    Raises:
        ConfigError: The file does not exist, cannot be read, or has no model.
    """
    file = find_config(path)
    cfg = read_config_file(file)
    if 'model' not in cfg:
        raise ConfigError(f'{path} has no `model`: it is a base config, not a run')
    if work_dir is not None:
        cfg.work_dir = work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = str(Path('work_dirs') / file.stem)
    return cfg


def merge_options(cfg: Config, options: Sequence[str]) -> None:
    """Override a config with the words after `--cfg-options`.

    Args:
        cfg: The config, changed in place.
        options: Words of the form KEY=VALUE, with mmengine's syntax of values.

    Raises:
        ConfigError: A value cannot be read, or nothing reads a key.
    """
    values = read_options(options)
    check_options(cfg, values)
    cfg.merge_from_dict(values)


def read_run_config(args: argparse.Namespace) -> Config:
    """Read the config that the arguments of `add_run_arguments` describe.

    `--cfg-options` have the last word, also over sample data.

    Args:
        args: The parsed arguments, with the path as `config`.

    Raises:
        ConfigError: The config does not exist, or an option does not work with it.
    """
    if args.launcher == 'none' and process_number() > 0:
        raise ConfigError(
            f'this is process {process_number()} of several, but --launcher is none: '
            'each would train on its own. Name what started them: --launcher pytorch, '
            'slurm or mpi'
        )
    labels = args.labels_from is not None or args.ignore_label
    if args.sample_data and (args.classes or args.data_root or args.subset or labels):
        raise ConfigError(
            '--sample-data has its own classes and folder: leave out --classes, '
            '--data-root, --labels-from, --ignore-label and --subset, or --sample-data'
        )
    if args.sample_data and args.image_size:
        raise ConfigError(
            '--sample-data has its own image size: leave --image-size out, or '
            '--sample-data'
        )
    cfg = load_config(args.config, args.work_dir)
    check_keys(cfg)
    limit_workers(cfg)
    if args.sample_data:
        use_sample_data(cfg, args.sample_data)
        if args.work_dir is None:
            cfg.work_dir += '_sample'
    names = read_classes(args.classes) if args.classes else None
    use_labels(cfg, names, args.labels_from, args.subset, bool(args.data_root))
    if names:
        use_classes(cfg, names)
    if args.subset:
        use_subset(cfg, args.classes)
    if args.data_root:
        use_data_root(cfg, args.data_root)
    if args.image_size:
        use_image_size(cfg, args.image_size)
    merge_options(cfg, args.cfg_options)
    if isinstance(cfg.get('randomness'), Mapping):
        cfg.randomness.setdefault('seed', None)  # mmengine has no default for it
    if args.ignore_label:
        use_ignored_labels(cfg, args.ignore_label)
    use_suffixes(cfg, args.cfg_options)
    if not isinstance(cfg.get('model'), Mapping):
        raise ConfigError(f'model is {cfg.get("model")!r}; it takes a dict with a type')
    fit_workers(cfg)
    cfg.launcher = args.launcher
    return cfg

# SPDX-License-Identifier: Apache-2.0
"""What the command lines of the tools share."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from mmengine.config import Config, DictAction

from mmmetaformer.datasets.check_categories import check_categories
from mmmetaformer.errors import ConfigError

from .classes import read_classes, use_classes, use_data_root
from .config import load_config
from .sample_run import use_sample_data

__all__ = ['Options', 'add_run_arguments', 'read_run_config', 'run']


class Options(DictAction):
    """mmengine's, with a message in place of a traceback for a missing `=`."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Called by argparse with the words after the option."""
        for option in values:
            if '=' not in option:
                parser.error(f'{option_string} takes KEY=VALUE, got {option!r}')
        super().__call__(parser, namespace, values, option_string)


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that every run of a config takes."""
    parser.add_argument(
        '--work-dir',
        help='folder for logs and checkpoints (default: work_dirs/NAME_OF_CONFIG)',
    )
    parser.add_argument(
        '--sample-data',
        nargs='?',
        const='data/sample',
        metavar='FOLDER',
        help='run at small size on generated data, written to FOLDER (default: '
        'data/sample)',
    )
    parser.add_argument(
        '--classes',
        nargs='+',
        metavar='NAME',
        help='the classes of your own data, or a file with a name in each line',
    )
    parser.add_argument(
        '--data-root',
        metavar='FOLDER',
        help='where your own data lies, in the layout of the data set of the config',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=Options,
        default={},
        metavar='KEY=VALUE',
        help='override the config, such as train_dataloader.batch_size=4',
    )
    parser.add_argument(
        '--launcher',
        choices=('none', 'pytorch', 'slurm', 'mpi'),
        default='none',
        help='what started the processes of a distributed run',
    )


def read_run_config(args: argparse.Namespace) -> Config:
    """Read the config that the arguments of `add_run_arguments` describe.

    The user's `--cfg-options` have the last word, over sample data too.

    Args:
        args: The parsed arguments, with `config` besides.

    Raises:
        ConfigError: There is no such config, or it does not go with an option.
    """
    if args.sample_data and (args.classes or args.data_root):
        raise ConfigError(
            '--sample-data has classes and a folder of its own: leave out --classes '
            'and --data-root, or --sample-data'
        )
    cfg = load_config(args.config, args.work_dir)
    if args.sample_data:
        use_sample_data(cfg, args.sample_data)
        if args.work_dir is None:
            cfg.work_dir += '_sample'
    if args.classes:
        use_classes(cfg, read_classes(args.classes))
    if args.data_root:
        use_data_root(cfg, args.data_root)
    cfg.merge_from_dict(args.cfg_options)
    if args.classes:
        for split in ('train', 'val', 'test'):
            if cfg.get(f'{split}_dataloader'):
                check_categories(cfg[f'{split}_dataloader'].dataset)
    cfg.launcher = args.launcher
    return cfg


def run(main: Callable[[], None]) -> None:
    """Run a tool; tell errors of the user in a line and exit with status 2."""
    try:
        main()
    except ConfigError as error:
        print(f'error: {error}', file=sys.stderr)
        sys.exit(2)

# SPDX-License-Identifier: Apache-2.0
"""Check the data of a config without training: counts, sizes and all faults."""

import argparse
import sys

from mmmetaformer.run.command_line import (
    add_config_options,
    add_own_data_arguments,
)
from mmmetaformer.run.find_config import find_config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.epilog = (
        'exit status: 0 if a run can start, 1 if faults would stop it, 2 if the config '
        'or an option is wrong'
    )
    parser.add_argument('config', help='such as configs/upernet_convformer.py')
    parser.add_argument(
        '--out',
        metavar='FOLDER',
        help='where report.txt, faults.txt and classes.png are written (default: '
        "data_check in the run's work dir)",
    )
    parser.add_argument(
        '--decode',
        action='store_true',
        help='also decode every image, which finds files that were cut off',
    )
    add_own_data_arguments(parser)
    add_config_options(parser, 'train_dataloader.dataset.ann_file=annotations/my.json')
    # What else `read_run_config` reads.
    parser.set_defaults(work_dir=None, sample_data=None, launcher='none')


def run(args: argparse.Namespace) -> None:
    """Check; exit with status 1 if a run would not start."""
    find_config(args.config)
    # Only now: help and misspelt names do not wait for torch.
    from mmmetaformer.run.check_data import check_data

    sys.exit(0 if check_data(args) else 1)

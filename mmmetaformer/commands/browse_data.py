# SPDX-License-Identifier: Apache-2.0
"""Show what the network of a config will see, as pictures of its data.

Augmented and normalized as in training, with boxes, masks or label maps; the
normalization is undone for the pictures.
"""

import argparse

from mmmetaformer.run.command_line import (
    add_config_options,
    add_own_data_arguments,
    number_from,
)
from mmmetaformer.run.find_config import find_config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.add_argument('config', help='such as configs/upernet_convformer.py')
    parser.add_argument(
        '--number',
        type=number_from(1),
        default=16,
        metavar='N',
        help='how many samples (default: 16)',
    )
    parser.add_argument(
        '--split',
        choices=('train', 'val', 'test'),
        default='train',
        help='whose data and pipeline (default: train)',
    )
    parser.add_argument(
        '--seed',
        type=number_from(0),
        default=0,
        metavar='N',
        help='another one draws other samples and augmentations',
    )
    parser.add_argument(
        '--out',
        metavar='FOLDER',
        help="where the pictures are written (default: browse_data in the run's work "
        'dir)',
    )
    parser.add_argument(
        '--sample-data',
        nargs='?',
        const='data/sample',
        metavar='FOLDER',
        help='show the synthetic data of --sample-data in training',
    )
    add_own_data_arguments(parser)
    add_config_options(parser, 'train_dataloader.dataset.ann_file=annotations/my.json')
    # What else `read_run_config` reads.
    parser.set_defaults(work_dir=None, launcher='none')


def run(args: argparse.Namespace) -> None:
    """Write the pictures."""
    find_config(args.config)
    # Only now: help and misspelt names do not wait for torch.
    from mmmetaformer.run.browse_data import browse_data

    browse_data(args)

# SPDX-License-Identifier: Apache-2.0
"""Test a checkpoint: print the metrics, optionally save pictures and predictions."""

import argparse

from mmmetaformer.run.command_line import add_run_arguments
from mmmetaformer.run.find_config import find_config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.add_argument('config', help='such as configs/upernet_convformer.py')
    parser.add_argument(
        'checkpoint',
        help='what training saved: a .pth file, WORK_DIR/last or WORK_DIR/best',
    )
    parser.add_argument(
        '--show-dir', metavar='FOLDER', help='draw labels and predictions into FOLDER'
    )
    parser.add_argument(
        '--out',
        metavar='PATH',
        help='save the predictions: a .pkl file of a detector, a folder of label maps '
        'of a segmentor',
    )
    parser.add_argument(
        '--tta', action='store_true', help='test at several scales and flipped'
    )
    add_run_arguments(parser)


def run(args: argparse.Namespace) -> None:
    """Test."""
    find_config(args.config)
    # Only now: help and misspelt names do not wait for torch.
    from mmmetaformer.run.test import test

    test(args)

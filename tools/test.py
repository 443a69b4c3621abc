#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Test a checkpoint: print the metrics, optionally save pictures and predictions."""

import argparse

from mmmetaformer.run.command_line import add_run_arguments, exit_on_user_error
from mmmetaformer.run.find_config import find_config


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='such as configs/upernet_convformer.py')
    parser.add_argument('checkpoint', help='what training saved, a .pth file')
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
    return parser.parse_args()


def main() -> None:
    """Test."""
    args = parse_args()
    find_config(args.config)
    # Only now: help and misspelt names do not wait for torch.
    from mmmetaformer.run.test import test

    test(args)


if __name__ == '__main__':
    exit_on_user_error(main)

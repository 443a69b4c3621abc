# SPDX-License-Identifier: Apache-2.0
"""Export a checkpoint to ONNX or torch.export, checked against the model."""

import argparse

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.command_line import (
    add_config_options,
    add_own_data_arguments,
    number_from,
)
from mmmetaformer.run.find_config import find_config

LEAST = 64  # pixels: below, a side of the coarsest map may be 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.add_argument('config', help='such as configs/upernet_convformer.py')
    parser.add_argument(
        'checkpoint',
        help='what training saved: a .pth file, WORK_DIR/last or WORK_DIR/best; with '
        '--backbone also ImageNet weights, such as sail:convformer_s18',
    )
    parser.add_argument(
        '--to', required=True, choices=('onnx', 'pt2'), help='what to write'
    )
    parser.add_argument(
        '--out',
        metavar='FILE',
        help='what to write (default: the name of the checkpoint, in this folder)',
    )
    parser.add_argument(
        '--backbone', action='store_true', help='leave neck and heads out'
    )
    parser.add_argument(
        '--size',
        nargs='+',
        type=int,
        default=[512],
        metavar='PIXELS',
        help='height and width that are traced and checked, or one number for both '
        '(default: 512); the file takes all sizes',
    )
    parser.add_argument(
        '--int8',
        action='store_true',
        help='also write NAME.int8.onnx, calibrated on images of the test data, and '
        'print the metrics of both files on them',
    )
    parser.add_argument(
        '--images',
        type=number_from(1),
        default=32,
        metavar='N',
        help='how many images --int8 uses (default: 32)',
    )
    parser.add_argument(
        '--benchmark',
        action='store_true',
        help='also measure the time of an image, in PyTorch and in the file',
    )
    parser.add_argument(
        '--sample-data',
        nargs='?',
        const='data/sample',
        metavar='FOLDER',
        help='the checkpoint was trained with --sample-data',
    )
    add_own_data_arguments(parser)
    add_config_options(parser, 'model.backbone.arch=s36')
    # What else `read_run_config` reads.
    parser.set_defaults(work_dir=None, launcher='none')


def run(args: argparse.Namespace) -> None:
    """Export.

    Raises:
        ConfigError: The size is none, or the export does not work.
    """
    if len(args.size) > 2 or min(args.size) < LEAST:
        raise ConfigError(
            f'--size takes one or two sizes from {LEAST} up, got {args.size}'
        )
    args.size = (args.size[0], args.size[-1])
    find_config(args.config)
    # Only now: help and misspelt names do not wait for torch.
    from mmmetaformer.run.export import export

    export(args)

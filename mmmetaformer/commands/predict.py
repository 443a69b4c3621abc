# SPDX-License-Identifier: Apache-2.0
"""Predict on own images: draw boxes, masks and label maps, and save them as data."""

import argparse
from pathlib import Path

from mmmetaformer.run.command_line import number_from

KINDS = ('pictures', 'labels', 'json')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.add_argument(
        'source',
        metavar='CONFIG_OR_CHECKPOINT',
        help='a checkpoint, a work dir, WORK_DIR/last, WORK_DIR/best, or a config',
    )
    parser.add_argument(
        'files',
        nargs='+',
        metavar='FILE',
        help="images, videos, folders, or patterns such as 'photos/**/*.jpg'",
    )
    parser.add_argument(
        '--config', help="a config file instead of the checkpoint's own config"
    )
    parser.add_argument(
        '--checkpoint',
        help='the checkpoint of a config (default: the newest good one it has)',
    )
    parser.add_argument(
        '--out',
        default='predictions',
        metavar='FOLDER',
        help='where the predictions go (default: predictions)',
    )
    parser.add_argument(
        '--save',
        nargs='+',
        choices=KINDS,
        default=list(KINDS),
        help='what to write (default: all)',
    )
    parser.add_argument(
        '--device', help='such as cuda:1 or cpu (default: a GPU if any)'
    )
    parser.add_argument(
        '--batch-size',
        type=number_from(1),
        default=1,
        metavar='N',
        help='images of the same size that the model takes at once (default: 1)',
    )
    parser.add_argument(
        '--score',
        type=probability,
        default=0.3,
        metavar='S',
        help='leave out objects that are less sure (default: 0.3; 0: all, for metrics)',
    )
    parser.add_argument(
        '--tta', action='store_true', help='predict at several scales and flipped'
    )
    parser.add_argument(
        '--tile',
        type=number_from(32),
        metavar='SIZE',
        help='cut larger images into tiles of SIZE x SIZE pixels',
    )
    parser.add_argument(
        '--overlap',
        type=number_from(0),
        metavar='PIXELS',
        help='pixels that tiles share (default: an eighth of a tile)',
    )
    parser.add_argument(
        '--ids',
        metavar='ANNOTATIONS',
        help='a COCO annotation file whose image and category ids results.json uses',
    )
    parser.add_argument(
        '--launcher',
        choices=('none', 'pytorch', 'slurm'),
        default='none',
        help='what started several processes; tools/dist_predict.sh sets it',
    )


def probability(word: str) -> float:
    """Read a number from 0 to 1.

    Raises:
        argparse.ArgumentTypeError: The word is no such number.
    """
    try:
        value = float(word)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f'takes a number from 0 to 1, got {word!r}')
    return value


def run(args: argparse.Namespace) -> None:
    """Predict."""
    # Only now: help and misspelt names do not wait for torch.
    from mmmetaformer.predict.files import find_images
    from mmmetaformer.run.find_config import config_named, find_config

    if args.config:
        args.config = str(find_config(args.config))
    if args.source.endswith('.py'):
        args.source = str(find_config(args.source))
    elif not Path(args.source).exists():
        args.source = str(config_named(args.source) or args.source)
    find_images(args.files)
    from mmmetaformer.run.predict import predict

    predict(args)

# SPDX-License-Identifier: Apache-2.0
"""Train the model of a config file."""

import argparse

from mmmetaformer.run.command_line import (
    accumulation,
    add_run_arguments,
    length,
    number_from,
)
from mmmetaformer.run.find_config import find_config
from mmmetaformer.stop_request import REQUEST


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.add_argument('config', help='such as configs/upernet_convformer.py')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='resume from a checkpoint (default: the newest good one in the work dir)',
    )
    parser.add_argument(
        '--overwrite',
        action='store_true',
        help='start over in a work dir with checkpoints of an earlier run, and remove '
        'them',
    )
    parser.add_argument(
        '--amp',
        action=argparse.BooleanOptionalAction,
        help='turn mixed precision on or off (default: as the config says, on a GPU '
        'with bfloat16)',
    )
    parser.add_argument(
        '--accumulate',
        type=accumulation,
        metavar='PASSES',
        help='forward and backward passes per update; auto: as many as reach the '
        "recipe's batch",
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='fit learning rate, warm-up and number of steps to the images per step',
    )
    parser.add_argument(
        '--length',
        type=length,
        metavar='N',
        help='train for N steps, or for N epochs as in 20e, and move warm-up, decay, '
        'validation and checkpoints along',
    )
    parser.add_argument(
        '--save-best',
        nargs='?',
        const='auto',
        metavar='METRIC',
        help='keep the checkpoint of the best validation (default: by mIoU, or mask or '
        'box AP)',
    )
    parser.add_argument(
        '--patience',
        type=number_from(1),
        metavar='N',
        help='stop after N validations in a row that are not better than the best',
    )
    parser.add_argument(
        '--val-loss',
        action='store_true',
        help='log the loss of the validation images too; validation takes longer',
    )
    parser.add_argument(
        '--track',
        nargs='+',
        choices=('tensorboard', 'wandb'),
        default=[],
        help='write the curves for TensorBoard or Weights & Biases too',
    )
    parser.add_argument(
        '--ema',
        action='store_true',
        help='validate and save the moving average of the weights',
    )
    parser.add_argument(
        '--skip-unreadable',
        type=number_from(1),
        metavar='N',
        help='leave up to N images that cannot be read out of training and list them '
        'in the work dir (default: the first one stops the run)',
    )
    parser.add_argument(
        '--nan-steps',
        type=number_from(0),
        metavar='N',
        help='stop after N steps in a row whose loss or gradient is not finite '
        '(default: 1; 0: never)',
    )
    parser.add_argument(
        '--no-rehearsal',
        dest='rehearsal',
        action='store_false',
        help='do not try a batch of the validation before the first step',
    )
    parser.add_argument(
        '--no-report',
        dest='report',
        action='store_false',
        help='do not write report.html to the work dir, nor what it shows',
    )
    add_run_arguments(parser)


def run(args: argparse.Namespace) -> None:
    """Train."""
    REQUEST.install()
    find_config(args.config)
    # Only now: help and misspelt names do not wait for torch.
    from mmmetaformer.run.train import train

    train(args)

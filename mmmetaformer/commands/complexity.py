# SPDX-License-Identifier: Apache-2.0
"""Count parameters, operations and memory of a config's model, part by part."""

import argparse
from typing import TYPE_CHECKING

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.command_line import add_config_options
from mmmetaformer.run.find_config import find_config

if TYPE_CHECKING:
    from mmengine.config import Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add those of this command."""
    parser.add_argument('config', help='such as configs/upernet_convformer.py')
    parser.add_argument(
        '--shape',
        nargs='+',
        type=int,
        metavar='PIXELS',
        help='height and width of the image, or one number for both (default: 512 2048 '
        'for segmentors, 800 1280 for detectors)',
    )
    parser.add_argument(
        '--backbone', action='store_true', help='leave neck and heads out'
    )
    parser.add_argument(
        '--batch',
        type=int,
        metavar='N',
        help="images in a training step (default: the config's batch size)",
    )
    add_config_options(parser, 'model.backbone.arch=s36')


def run(args: argparse.Namespace) -> None:
    """Count and print.

    Raises:
        ConfigError: The shape or batch is not valid, or the config does not work.
    """
    if args.shape and (len(args.shape) > 2 or min(args.shape) < 32):
        raise ConfigError(
            f'--shape takes one or two sizes from 32 up, got {args.shape}'
        )
    if args.batch is not None and args.batch < 1:
        raise ConfigError(f'--batch takes a number from 1 up, got {args.batch}')
    find_config(args.config)
    # Only now: help and misspelt names do not wait for torch.
    from mmmetaformer import compat
    from mmmetaformer.checks.run import check_run
    from mmmetaformer.complexity.count import count_complexity
    from mmmetaformer.complexity.describe import describe
    from mmmetaformer.run.config import load_config, merge_options

    compat.install()
    cfg = load_config(args.config)
    merge_options(cfg, args.cfg_options)
    check_run(cfg, splits=())
    shape = (args.shape[0], args.shape[-1]) if args.shape else None
    print(describe(count_complexity(cfg, shape, args.backbone)))
    if not args.backbone:
        print(f'\n{_memory(cfg, shape, args.batch)}')


def _memory(cfg: 'Config', shape: tuple[int, int] | None, batch: int | None) -> str:
    from mmmetaformer.run.step_memory import describe_step_memory, expected_memory

    try:
        memory = expected_memory(cfg, shape, batch)
    except ConfigError as error:  # of a model that trains all the same
        return f'Memory of a training step: not known, because {error}'
    return f'Memory: {describe_step_memory(memory)}.'

#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Count parameters, operations and memory of a config's model, part by part."""

import argparse

from mmmetaformer.run.command_line import add_config_options, exit_on_user_error
from mmmetaformer.run.find_config import find_config


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
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
    add_config_options(parser, 'model.backbone.arch=s36')
    args = parser.parse_args()
    if args.shape and (len(args.shape) > 2 or min(args.shape) < 32):
        parser.error(f'--shape takes one or two sizes from 32 up, got {args.shape}')
    return args


def main() -> None:
    """Count and print."""
    args = parse_args()
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


if __name__ == '__main__':
    exit_on_user_error(main)

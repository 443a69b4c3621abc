#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Count parameters, operations and memory of a config's model, part by part."""

import argparse

from mmmetaformer import compat, engine
from mmmetaformer.analysis import describe, measure


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
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=engine.Options,
        default={},
        metavar='KEY=VALUE',
        help='override the config, such as model.backbone.arch=s36',
    )
    args = parser.parse_args()
    if args.shape and (len(args.shape) > 2 or min(args.shape) < 32):
        parser.error(f'--shape takes one or two sizes from 32 up, got {args.shape}')
    return args


def main() -> None:
    """Count and print."""
    args = parse_args()
    compat.install()
    cfg = engine.load_config(args.config)
    cfg.merge_from_dict(args.cfg_options)
    engine.check_run(cfg, splits=())
    shape = (args.shape[0], args.shape[-1]) if args.shape else None
    print(describe(measure(cfg, shape, args.backbone)))


if __name__ == '__main__':
    engine.run(main)

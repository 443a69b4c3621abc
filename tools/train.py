#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Train the model of a config file."""

import argparse

from mmengine.runner import Runner

from mmmetaformer import compat, engine


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='such as configs/upernet_convformer.py')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='go on from a checkpoint, by default from the last one in the work-dir',
    )
    parser.add_argument(
        '--amp', action='store_true', help='mixed precision: bf16 where the GPU has it'
    )
    engine.add_run_arguments(parser)
    return parser.parse_args()


def main() -> None:
    """Train."""
    args = parse_args()
    compat.install()
    cfg = engine.read_run_config(args)
    if args.amp:
        engine.use_amp(cfg)
    if args.resume:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    engine.check_run(cfg, splits=('train', 'val'))
    if cfg.get('load_from'):
        engine.check_checkpoint(cfg.load_from, resume=cfg.get('resume', False))
    compat.prepare_cpu_launch(cfg)
    Runner.from_cfg(cfg).train()


if __name__ == '__main__':
    engine.run(main)

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
        cfg.load_from = engine.resume_from(args.resume, cfg.work_dir)
        if cfg.load_from:
            engine.forget_pretrained(cfg.model)
    engine.check_run(cfg, splits=('train', 'val'))
    state_dict = None
    if cfg.get('load_from'):
        state_dict = engine.check_checkpoint(cfg.load_from, cfg.get('resume', False))
    compat.prepare_cpu_launch(cfg)
    runner = Runner.from_cfg(cfg)
    if state_dict is not None:
        check = engine.check_fits if cfg.get('resume') else engine.check_start
        check(runner.model, state_dict, cfg.load_from)
    runner.train()


if __name__ == '__main__':
    engine.run(main)

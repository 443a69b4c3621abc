#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Train the model of a config file."""

import argparse

from mmengine.config import Config
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
        '--amp',
        action=argparse.BooleanOptionalAction,
        help='turn mixed precision on or off; by default as the config says, and off '
        'where the machine does not have it',
    )
    parser.add_argument(
        '--accumulate',
        type=engine.passes,
        metavar='PASSES',
        help='update once in so many forward and backward passes; auto: as many as '
        "make up the recipe's batch",
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='fit learning rate, warm-up and number of steps to the images per step',
    )
    parser.add_argument(
        '--ema', action='store_true', help='validate and save the average of weights'
    )
    engine.add_run_arguments(parser)
    return parser.parse_args()


def fit_to_machine(cfg: Config, args: argparse.Namespace) -> None:
    """Set precision, batch and what follows from it, as the arguments ask."""
    engine.use_amp(cfg, args.amp)
    processes = engine.world_size_of(args.launcher)
    if args.accumulate:
        engine.use_accumulation(cfg, args.accumulate, processes)
    if args.auto_scale_lr or (cfg.get('auto_scale_lr') or {}).get('enable'):
        engine.scale_lr(cfg, processes)
    if args.ema:
        engine.use_ema(cfg)
    engine.report_start(cfg)


def main() -> None:
    """Train."""
    args = parse_args()
    compat.install()
    cfg = engine.read_run_config(args)
    fit_to_machine(cfg, args)
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

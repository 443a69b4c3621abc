#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Test a checkpoint: print the metrics, on request save pictures and predictions."""

import argparse

from mmengine.runner import Runner

from mmmetaformer import compat, engine


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
    engine.add_run_arguments(parser)
    return parser.parse_args()


def main() -> None:
    """Test."""
    args = parse_args()
    compat.install()
    cfg = engine.read_run_config(args)
    if args.show_dir:
        engine.save_pictures(cfg, args.show_dir)
    if args.out:
        engine.save_predictions(cfg, args.out)
    engine.check_run(cfg, splits=('test',))
    if args.tta:
        engine.use_tta(cfg)
    state_dict = engine.check_checkpoint(args.checkpoint)
    cfg.load_from = args.checkpoint
    compat.prepare_cpu_launch(cfg)
    runner = Runner.from_cfg(cfg)
    if state_dict is not None:
        engine.check_fits(runner.model, state_dict, args.checkpoint)
    runner.test()


if __name__ == '__main__':
    engine.run(main)

# SPDX-License-Identifier: Apache-2.0
"""Testing, from the parsed command line to the metrics."""

import argparse

from mmmetaformer import compat
from mmmetaformer.checks.checkpoint.classes import check_class_names
from mmmetaformer.checks.checkpoint.finite import check_finite
from mmmetaformer.checks.checkpoint.fits import check_fits
from mmmetaformer.checks.config.schedule import check_loops
from mmmetaformer.checks.run import check_run
from mmmetaformer.engine.console import console
from mmmetaformer.engine.hangs import use_hang_limit
from mmmetaformer.predict.source import find_checkpoint
from mmmetaformer.say import say

from .build_errors import build_errors
from .coco_eval import choose_coco_eval
from .config import read_run_config
from .image_size import side_in_testing, warn_of_image_size
from .output import use_out, use_show_dir
from .tta import use_tta_model, use_tta_pipeline

__all__ = ['test']


def test(args: argparse.Namespace) -> None:
    """Test a checkpoint and print the metrics.

    Args:
        args: The arguments of `tools/test.py`.

    Raises:
        ConfigError: The run cannot work as asked for; nothing was written.
    """
    compat.install()
    with console(args.verbose) as build:
        cfg = read_run_config(args)
        check_loops(cfg, splits=('test',))
        if args.show_dir:
            use_show_dir(cfg, args.show_dir)
        if args.out:
            use_out(cfg, args.out)
        side = side_in_testing(cfg)
        if args.tta:
            use_tta_pipeline(cfg)
        check_run(cfg, splits=('test',))
        if args.tta:
            use_tta_model(cfg)
        checkpoint = find_checkpoint(args.checkpoint)
        check_class_names(checkpoint, cfg, 'test')
        warn_of_image_size(checkpoint, side)
        cfg.load_from = checkpoint.path
        use_hang_limit(cfg, args.hang_limit)
        choose_coco_eval(cfg, args.coco_eval, splits=('test',))
        compat.prepare_cpu_launch(cfg)
        with build_errors(cfg) as end:
            runner = build(cfg)
            runner.register_hook(end)
            check_fits(runner.model, checkpoint.weights, checkpoint.path)
            check_finite(runner.model, checkpoint.weights, checkpoint.path)
            runner.test()
        for what, path in (('Pictures', args.show_dir), ('Predictions', args.out)):
            if path:
                say(f'{what}: {path}')

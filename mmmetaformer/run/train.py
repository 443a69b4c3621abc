# SPDX-License-Identifier: Apache-2.0
"""Training, from the parsed command line to the last checkpoint."""

import argparse

from mmengine.config import Config
from mmengine.runner import Runner

from mmmetaformer import compat
from mmmetaformer.checks.checkpoint import check_checkpoint, check_fits, check_start
from mmmetaformer.checks.config.schedule import check_loops
from mmmetaformer.checks.run import check_run
from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.engine.ema import use_ema
from mmmetaformer.engine.precision import use_amp
from mmmetaformer.engine.start_report import report_start
from mmmetaformer.launchers import world_size_of

from .config import read_run_config
from .resume import use_resume
from .scale_lr import scale_lr

__all__ = ['train']


def train(args: argparse.Namespace) -> None:
    """Train the model of a config.

    Args:
        args: The arguments of `tools/train.py`.

    Raises:
        ConfigError: The run cannot work as asked for; nothing was written.
    """
    compat.install()
    cfg = read_run_config(args)
    check_loops(cfg, splits=('train', 'val'))
    _fit_to_machine(cfg, args)
    if args.resume:
        use_resume(cfg, args.resume)
    check_run(cfg, splits=('train', 'val'))
    state_dict = None
    if cfg.get('load_from'):
        state_dict = check_checkpoint(cfg.load_from, cfg.get('resume', False))
    compat.prepare_cpu_launch(cfg)
    runner = Runner.from_cfg(cfg)
    if state_dict is not None:
        check = check_fits if cfg.get('resume') else check_start
        check(runner.model, state_dict, cfg.load_from)
    runner.train()


def _fit_to_machine(cfg: Config, args: argparse.Namespace) -> None:
    """Set precision, batch and what follows from them."""
    use_amp(cfg, args.amp)
    processes = world_size_of(args.launcher)
    if args.accumulate:
        use_accumulation(cfg, args.accumulate, processes)
    if args.auto_scale_lr or (cfg.get('auto_scale_lr') or {}).get('enable'):
        scale_lr(cfg, processes)
    if args.ema:
        use_ema(cfg)
    report_start(cfg)

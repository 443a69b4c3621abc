# SPDX-License-Identifier: Apache-2.0
"""Training, from the parsed command line to the last checkpoint."""

import argparse

from mmengine.config import Config
from mmengine.runner import Runner

from mmmetaformer import compat
from mmmetaformer.checks.checkpoint.against_run import check_start_of_training
from mmmetaformer.checks.checkpoint.finite import check_finite
from mmmetaformer.checks.checkpoint.fits import check_fits, check_start
from mmmetaformer.checks.config.schedule import check_loops
from mmmetaformer.checks.run import check_run
from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.engine.checkpoints import CheckpointFiles, use_safe_checkpoints
from mmmetaformer.engine.ema import use_ema
from mmmetaformer.engine.exact import keep_seed, use_exact_resume
from mmmetaformer.engine.finite import stop_at_nan
from mmmetaformer.engine.hangs import use_hang_limit
from mmmetaformer.engine.precision import use_amp
from mmmetaformer.engine.rehearsal import use_rehearsal
from mmmetaformer.engine.resume import keep_config_on_resume
from mmmetaformer.engine.same_buffers import use_same_buffers
from mmmetaformer.engine.signals import use_signals
from mmmetaformer.engine.start_report import report_start
from mmmetaformer.launchers import world_size_of

from .build_errors import build_errors
from .config import read_run_config
from .data_guards import (
    forget_unreadable,
    report_unreadable,
    use_label_check,
    use_skip_unreadable,
)
from .end_report import report_at_end, use_report
from .full_disk import full_disk_errors
from .label_report import report_labels
from .restart import resume_if_restarted
from .resume import use_resume
from .scale_lr import scale_lr
from .work_dir import WorkDirHook, check_work_dir
from .work_dir_lock import WorkDirLock

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
    resume_if_restarted(cfg, args)
    with WorkDirLock(CheckpointFiles.of(cfg).folders) as lock:
        _train(cfg, args, lock)


def _train(cfg: Config, args: argparse.Namespace, lock: WorkDirLock) -> None:
    resumed = args.resume or (cfg.get('resume') and (cfg.get('load_from') or 'auto'))
    check_work_dir(cfg, bool(resumed), args.overwrite)
    check_loops(cfg, splits=('train', 'val'))
    _fit_to_machine(cfg, args)
    if args.skip_unreadable:
        use_skip_unreadable(cfg, args.skip_unreadable)
    check_run(cfg, splits=('train', 'val'))
    if args.classes or args.data_root:
        report_labels(cfg)
    use_label_check(cfg)
    if resumed:
        use_resume(cfg, resumed)
        keep_config_on_resume(cfg)
    checkpoint = check_start_of_training(cfg)
    if checkpoint is not None and cfg.get('resume'):
        keep_seed(cfg, checkpoint.meta)
    compat.prepare_cpu_launch(cfg)
    use_rehearsal(cfg, args.rehearsal)
    if args.skip_unreadable:
        forget_unreadable(cfg)
    use_exact_resume(cfg)
    lock.create()
    check_work_dir(cfg, bool(resumed), args.overwrite)  # what came in the meantime
    try:
        with build_errors(cfg) as end, full_disk_errors(cfg):
            runner = Runner.from_cfg(cfg)
            named = resumed if resumed != 'auto' else None
            files = CheckpointFiles.of(cfg)
            runner.register_hook(WorkDirHook(files, lock, args.overwrite, named))
            runner.register_hook(end)
            if checkpoint is not None:
                check = check_fits if cfg.get('resume') else check_start
                check(runner.model, checkpoint.weights, checkpoint.path)
                check_finite(runner.model, checkpoint.weights, checkpoint.path)
            # It is mapped: as long as it is, its file takes space on the disk.
            del checkpoint
            with report_at_end(cfg, args.report):
                runner.train()
    finally:
        if args.skip_unreadable:
            report_unreadable(cfg)


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
    if processes > 1:
        use_same_buffers(cfg)
    stop_at_nan(cfg, args.nan_steps)
    use_safe_checkpoints(cfg)
    use_signals(cfg)
    use_hang_limit(cfg, args.hang_limit)
    report_start(cfg)
    if args.report:
        use_report(cfg)

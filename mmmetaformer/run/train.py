# SPDX-License-Identifier: Apache-2.0
"""Training, from the parsed command line to the last checkpoint."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmetaformer import compat
from mmmetaformer.checks.checkpoint.contents import Checkpoint
from mmmetaformer.checks.checkpoint.finite import check_finite
from mmmetaformer.checks.checkpoint.fits import check_fits, check_start
from mmmetaformer.checks.checkpoint.load_from import check_load_from
from mmmetaformer.checks.checkpoint.position import check_position
from mmmetaformer.checks.config.schedule import check_loops
from mmmetaformer.checks.run import check_run
from mmmetaformer.engine.accumulation import use_accumulation
from mmmetaformer.engine.checkpoints import CheckpointFiles, use_safe_checkpoints
from mmmetaformer.engine.console import console
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
from mmmetaformer.engine.undisturbed import undisturbed
from mmmetaformer.engine.val_loss import use_val_loss
from mmmetaformer.launchers import launch_of, world_size_of

from .best import use_judgement
from .build_errors import build_errors
from .coco_eval import choose_coco_eval
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
from .length import use_length
from .restart import resume_if_restarted
from .resume import use_resume
from .scale_lr import scale_lr
from .step_memory import say_step_memory
from .track import use_trackers
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
    with console(args.verbose) as build:
        cfg = read_run_config(args)
        resume_if_restarted(cfg, args)
        with WorkDirLock(CheckpointFiles.of(cfg).folders) as lock:
            _train(cfg, args, lock, build)


def _train(
    cfg: Config,
    args: argparse.Namespace,
    lock: WorkDirLock,
    build: Callable[[Config], Runner],
) -> None:
    resumed = args.resume or _resumed_by_config(cfg)
    check_work_dir(cfg, bool(resumed), args.overwrite)
    _prepare(cfg, args)
    checkpoint = _prepare_start(cfg, resumed)
    _add_start_up(cfg, args)
    lock.create()
    check_work_dir(cfg, bool(resumed), args.overwrite)  # what came in the meantime
    with _reported_errors(cfg, args) as end:
        runner = build(cfg)
        named = resumed if resumed != 'auto' else None
        files, launch = CheckpointFiles.of(cfg), launch_of(args.launcher)
        hook = WorkDirHook(files, lock, args.overwrite, named, launch)
        runner.register_hook(hook)
        runner.register_hook(end)
        if checkpoint is not None:
            _check_weights(runner, checkpoint)
        # It is mapped: as long as it is, its file takes space on the disk.
        del checkpoint
        with undisturbed(runner.model):
            say_step_memory(cfg)
        with report_at_end(cfg, args.report):
            runner.train()


def _resumed_by_config(cfg: Config) -> str | None:
    return (cfg.get('load_from') or 'auto') if cfg.get('resume') else None


def _prepare(cfg: Config, args: argparse.Namespace) -> None:
    """Fit the config to the machine and the options, and check it and its data."""
    check_loops(cfg, splits=('train', 'val'))
    _fit_to_machine(cfg, args)
    if args.skip_unreadable:
        use_skip_unreadable(cfg, args.skip_unreadable)
    use_judgement(cfg, args.save_best, args.patience)
    use_trackers(cfg, args.track)
    if args.val_loss:
        use_val_loss(cfg)
    check_run(cfg, splits=('train', 'val'))
    if args.length:
        use_length(cfg, args.length, world_size_of(args.launcher))
    if args.classes or args.data_root:
        report_labels(cfg)
    use_label_check(cfg)


def _prepare_start(cfg: Config, resumed: str | None) -> Checkpoint | None:
    """Return the checkpoint from which the run starts or resumes, checked."""
    checkpoint = use_resume(cfg, resumed) if resumed else None
    if checkpoint is None:
        return check_load_from(cfg)
    check_position(checkpoint, cfg)
    keep_config_on_resume(cfg)
    keep_seed(cfg, checkpoint.meta)
    return checkpoint


def _add_start_up(cfg: Config, args: argparse.Namespace) -> None:
    """Set what acts as the run starts, now that everything is checked."""
    compat.prepare_cpu_launch(cfg)
    choose_coco_eval(cfg, args.coco_eval, splits=('val',))
    use_rehearsal(cfg, args.rehearsal)
    if args.skip_unreadable:
        forget_unreadable(cfg)
    use_exact_resume(cfg)


@contextmanager
def _reported_errors(cfg: Config, args: argparse.Namespace) -> Iterator[Hook]:
    """Say what went wrong in user's terms, and which images could not be read.

    Yields:
        The hook that ends what counts as building.
    """
    try:
        with build_errors(cfg) as end, full_disk_errors(cfg):
            yield end
    finally:
        if args.skip_unreadable:
            report_unreadable(cfg)


def _check_weights(runner: Runner, checkpoint: Checkpoint) -> None:
    check = check_fits if runner.cfg.get('resume') else check_start
    check(runner.model, checkpoint.weights, checkpoint.path)
    check_finite(runner.model, checkpoint.weights, checkpoint.path)


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

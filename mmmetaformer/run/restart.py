# SPDX-License-Identifier: Apache-2.0
"""Runs that their launcher starts again."""

import argparse
from collections.abc import Collection
from pathlib import Path

from mmengine.config import Config

from mmmetaformer.checkpoint_names import LAUNCHES
from mmmetaformer.compat.atomic_save import write_file
from mmmetaformer.engine.checkpoints.pointer import POINTER
from mmmetaformer.launchers import launch_of, was_restarted

__all__ = ['note_launches', 'resume_if_restarted']

KEPT = 20  # launches in the file


def resume_if_restarted(cfg: Config, args: argparse.Namespace) -> None:
    """Resume a run that failed and is started again, or that Slurm has requeued.

    Once this launch has saved a checkpoint, a restart resumes from it. Before that, it
    repeats the user's command: checkpoints in the work dir are of an earlier run.

    Args:
        cfg: The run's config with its work dir.
        args: The parsed arguments; `resume` and `overwrite` are changed.
    """
    folder = Path(cfg.work_dir)
    if (
        was_restarted(args.launcher)
        and launch_of(args.launcher) in _noted(folder)
        and (folder / POINTER).is_file()
    ):
        args.resume, args.overwrite = 'auto', False


def note_launches(work_dir: Path, launches: Collection[str]) -> None:
    """Note that launches have cleared up in a work dir.

    A job that Slurm requeues may find the run of a later launch there, and must not
    overwrite it, so earlier launches stay noted.

    Args:
        work_dir: The run's work dir, in which `last_checkpoint` names a checkpoint of
            this run or nothing.
        launches: What the processes of this run call it; without '', which is that of
            a run that nothing starts again.
    """
    noted = _noted(work_dir)
    new = sorted(set(launches) - set(noted) - {''})
    if new:
        text = ''.join(f'{one}\n' for one in [*noted, *new][-KEPT:])
        write_file(work_dir / LAUNCHES, text.encode())


def _noted(work_dir: Path) -> list[str]:
    file = work_dir / LAUNCHES
    return file.read_text(encoding='utf-8').splitlines() if file.is_file() else []

# SPDX-License-Identifier: Apache-2.0
"""Runs that their launcher starts again."""

import argparse
from pathlib import Path

from mmengine.config import Config

from mmmetaformer.launchers import was_restarted

__all__ = ['resume_if_restarted']


def resume_if_restarted(cfg: Config, args: argparse.Namespace) -> None:
    """Resume a run that failed and is started again, or that Slurm has requeued.

    What the user asked for was for the first start: to begin, to start over with
    `--overwrite`, or to resume from some checkpoint. Until this run has saved one of
    its own, the same holds again.

    Args:
        cfg: The run's config with its work dir.
        args: The parsed arguments; `resume` and `overwrite` are changed.
    """
    if was_restarted(args.launcher) and Path(cfg.work_dir, 'last_checkpoint').is_file():
        args.resume, args.overwrite = 'auto', False

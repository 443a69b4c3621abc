# SPDX-License-Identifier: Apache-2.0
"""Saving a checkpoint that is not due."""

from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.runner import Runner

__all__ = ['save_now']


def save_now(runner: Runner) -> str:
    """Save the state after the last finished update; return the checkpoint's path.

    All processes call it, between two steps: where `runner.iter` and `runner.epoch`
    count what is finished.
    """
    path = Path(runner.work_dir, f'iter_{runner.iter}.pth')
    if not path.exists():
        runner.save_checkpoint(
            runner.work_dir,
            path.name,
            meta=dict(epoch=runner.epoch, iter=runner.iter),
            by_epoch=False,
        )
    if is_main_process():
        Path(runner.work_dir, 'last_checkpoint').write_text(str(path), encoding='utf-8')
    return str(path)

# SPDX-License-Identifier: Apache-2.0
"""Removing what `--resume OLDER` has set aside, with `--overwrite`."""

from pathlib import Path

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmetaformer.engine.agreement import in_first_process
from mmmetaformer.engine.checkpoints import CheckpointFiles

from .work_dir import ASIDE

__all__ = ['RemoveAsideHook']


class RemoveAsideHook(Hook):
    """Removes checkpoints `*.aside` before the first step.

    But not the one from whose weights the run starts. To be registered after
    `WorkDirHook`, in a run that replaces an earlier one.

    Args:
        files: Where the run's checkpoints are.
    """

    priority = 'LOWEST'

    def __init__(self, files: CheckpointFiles) -> None:
        self._files = files

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine once everything is built, loaded and tried."""
        start = Path(runner._load_from or '').resolve()
        in_first_process(lambda: self._remove(start))

    def _remove(self, start: Path) -> None:
        for file in self._files.renamed(ASIDE):
            if file.resolve() != start:
                file.unlink()

# SPDX-License-Identifier: Apache-2.0
"""The hook that shows the progress and the metrics of a test."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmetaformer.say import say
from mmmetaformer.text import counted

from .loop_progress import LoopProgress
from .pace import duration
from .scores import score_table
from .screen import Screen

__all__ = ['TestingConsoleHook']


class TestingConsoleHook(Hook):
    """Shows a line of progress and the metrics.

    Args:
        screen: What to show them on.
    """

    priority = 'LOWEST'  # metrics are written down

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._test = LoopProgress(screen, 'Testing')

    def before_test_epoch(self, runner: Runner) -> None:
        """Called by mmengine before it tests."""
        say(f'Log: {runner.logger.log_file}')
        self._test.start()

    def after_test_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Called by mmengine after each batch."""
        self._test.batch(batch_idx, len(runner.test_dataloader))

    def after_test_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Called by mmengine after a test."""
        self._screen.close()
        images = len(runner.test_dataloader.dataset)
        what = counted(images, 'image')
        lines = [f'Test of {what} ({duration(self._test.seconds())})']
        if metrics:
            lines += [f'  {line}' for line in score_table([('', metrics)])]
        say('\n'.join(lines))

# SPDX-License-Identifier: Apache-2.0
"""Building a runner that shows little, or everything."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.runner import Runner

from mmmetaformer.compat import pycocotools_output
from mmmetaformer.launchers import is_first_process

from .handler import QuietRunner, quieten
from .screen import SCREEN
from .testing_hook import TestingConsoleHook
from .training_hook import TrainingConsoleHook

__all__ = ['console']


@contextmanager
def console(verbose: bool) -> Iterator[Callable[[Config], Runner]]:
    """Show little of what happens inside; the log has everything.

    Args:
        verbose: Print everything, as mmengine does.

    Yields:
        What builds a runner from a config.
    """
    if verbose:
        yield Runner.from_cfg
        return
    quieten(MMLogger.get_current_instance())
    pycocotools_output.install()

    def build(cfg: Config) -> Runner:
        runner = QuietRunner.from_cfg(cfg)
        if is_first_process():
            runner.register_hook(TrainingConsoleHook(SCREEN))
            runner.register_hook(TestingConsoleHook(SCREEN))
        return runner

    try:
        yield build
    finally:
        SCREEN.close()

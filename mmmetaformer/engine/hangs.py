# SPDX-License-Identifier: Apache-2.0
"""Ending processes that make no step any more, each with its stack."""

import faulthandler
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from mmengine.config import Config
from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmmetaformer.host import add_hook, drop_hook, hooks_of, type_name
from mmmetaformer.launch.report import own_file, stack_files
from mmmetaformer.registry import HOOKS

__all__ = ['HANG_LIMIT', 'HangHook', 'use_hang_limit']

#: Seconds without a step after which a process ends itself.
HANG_LIMIT = 1800
# Collective calls fail later than that: their error says less than the stacks.
MARGIN = 300
# torch has a limit of its own, of 10 or 30 minutes.
NEVER = 365 * 24 * 3600


@HOOKS.register_module()
class HangHook(Hook):
    """Writes the stack of one of several processes and ends it if it makes no step.

    A process that waits for another one makes none either, so all processes end at
    about the same time. The stack goes to the launcher, or to stderr without one. The
    time starts again with each pass of training and each batch of a validation or test.

    Args:
        limit: Seconds.
    """

    priority = 'VERY_HIGH'

    def __init__(self, limit: float = HANG_LIMIT) -> None:
        if limit <= 0:
            raise ValueError(f'limit must be above 0, got {limit}')
        self.limit = limit
        self._file: TextIO = sys.stderr
        self._active = False

    def before_run(self, runner: Runner) -> None:
        """Called by mmengine once the model is built."""
        if get_world_size() == 1:
            return
        self._active = True
        crash = sys.stderr
        own = own_file()
        if own is not None:
            # They stay open until the process ends, however it does.
            late, at_crash = stack_files(own)
            self._file = late.open('w', encoding='utf-8')
            crash = at_crash.open('w', encoding='utf-8')
        # Also for a crash in compiled code, and when the launcher asks for the stack.
        faulthandler.enable(crash)
        self._restart()

    def after_run(self, runner: Runner) -> None:
        """Called by mmengine when everything is done."""
        faulthandler.cancel_dump_traceback_later()

    def _before_iter(self, *args: Any, **kwargs: Any) -> None:
        """Called by mmengine before each pass or batch, in any loop."""
        self._restart()

    def _after_iter(self, *args: Any, **kwargs: Any) -> None:
        """Called by mmengine after each pass or batch, in any loop."""
        self._restart()

    def _after_epoch(self, *args: Any, **kwargs: Any) -> None:
        """Called by mmengine after each epoch, in any loop."""
        self._restart()

    def _restart(self) -> None:
        if self._active:
            faulthandler.dump_traceback_later(self.limit, exit=True, file=self._file)


def use_hang_limit(cfg: Config, limit: int | None) -> None:
    """End the processes of a distributed run if they hang.

    Args:
        cfg: The run's config with its `launcher`, changed in place.
        limit: Seconds without a step; 0 for never. None for what the config says, or
            half an hour.
    """
    if limit is not None:
        drop_hook(cfg, 'HangHook')
    if cfg.launcher == 'none':
        return
    if limit != 0:
        add_hook(cfg, dict(type='mmmetaformer.HangHook', limit=limit or HANG_LIMIT))
    settings = cfg.get('env_cfg', {}).get('dist_cfg', {})
    if settings.get('timeout') is None:
        limits = [
            hook.get('limit', HANG_LIMIT)
            for _, hook in hooks_of(cfg)
            if isinstance(hook, Mapping) and type_name(hook) == 'HangHook'
        ]
        timeout = limits[0] + MARGIN if limits else NEVER
        cfg.merge_from_dict({'env_cfg.dist_cfg.timeout': timeout})

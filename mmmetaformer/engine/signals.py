# SPDX-License-Identifier: Apache-2.0
"""The hook that stops training after the step in which a signal came."""

import signal
from typing import Any

from mmengine.config import Config
from mmengine.dist import barrier, is_main_process
from mmengine.hooks import EMAHook, Hook
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner

from mmmetaformer.engine.agreement import agreed_signal, fewest
from mmmetaformer.engine.checkpoints import save_now
from mmmetaformer.host import add_hook
from mmmetaformer.launch.command import resume_command
from mmmetaformer.registry import HOOKS
from mmmetaformer.say import say
from mmmetaformer.stop_request import REQUEST, STOPPED

__all__ = ['SignalHook', 'use_signals']


@HOOKS.register_module()
class SignalHook(Hook):
    """Saves a checkpoint and exits with status 75 if a process received a signal.

    It does so before the next step, or before the next batch of a validation. There
    `runner.iter` and `runner.epoch` count what is finished. With gradient accumulation
    it waits for an update of the parameters, except in a validation.
    """

    # Nothing has been done yet for the step that follows, such as writing down its lr.
    priority = 'HIGHEST'

    def __init__(self) -> None:
        self._val_batches = 0
        self._installed = False

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine once everything is built and loaded."""
        if not REQUEST.installed:
            REQUEST.install()
            self._installed = True

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Called by mmengine before each forward and backward pass.

        Raises:
            SystemExit: A process had received a signal by the end of the last update.
        """
        if not REQUEST.training:
            REQUEST.training = True
        elif _updated(runner):
            _stop_if_asked(runner)

    def before_val_epoch(self, runner: Runner) -> None:
        """Called by mmengine before it validates.

        Raises:
            SystemExit: As above.
        """
        # It may be one that is made up for before the first step.
        REQUEST.training = True
        _stop_if_asked(runner)
        # Processes with more batches than others cannot ask those others.
        self._val_batches = fewest(len(runner.val_dataloader))

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Called by mmengine after each batch of the validation.

        Raises:
            SystemExit: A process has received a signal.
        """
        if batch_idx < self._val_batches:
            _stop_if_asked(runner, averaged=True)

    def after_train(self, runner: Runner) -> None:
        """Called by mmengine when training is complete."""
        REQUEST.finished = True
        if self._installed:
            # The program may have other things to do.
            REQUEST.uninstall()


def use_signals(cfg: Config) -> None:
    """Save and stop at SIGTERM, SIGUSR1 and Ctrl-C.

    Args:
        cfg: The run's config, changed in place.
    """
    add_hook(cfg, dict(type='mmmetaformer.SignalHook'))


def _stop_if_asked(runner: Runner, averaged: bool = False) -> None:
    """Save and exit if there is a signal.

    Args:
        runner: The runner.
        averaged: Whether hooks have put averages in the place of the weights.
    """
    number = agreed_signal()
    if not number:
        return
    for hook in runner.hooks if averaged else ():
        if isinstance(hook, EMAHook):
            hook.after_val_epoch(runner)
    path = save_now(runner)
    if is_main_process():
        say(
            f'Stopped by {signal.Signals(number).name} after step {runner.iter} of '
            f'{runner.max_iters}; saved {path}. To resume:\n    {resume_command()}'
        )
    # Whatever started the processes may end all of them when the first one exits.
    barrier()
    raise SystemExit(STOPPED)


def _updated(runner: Runner) -> bool:
    """Return whether the last pass updated the parameters."""
    wrapper = runner.optim_wrapper
    return not isinstance(wrapper, OptimWrapper) or wrapper.should_update()

# SPDX-License-Identifier: Apache-2.0
"""The hook that shows the progress of training, and the metrics of validations."""

import time
from typing import Any

from mmengine.hooks import EarlyStoppingHook, Hook
from mmengine.runner import Runner

from mmmetaformer.engine.batch_plan import plan_of
from mmmetaformer.host import counts_epochs
from mmmetaformer.say import say

from .loop_progress import LoopProgress
from .pace import Pace, duration
from .scores import number, score_table
from .screen import Screen
from .validations import best_validation, validations_left

__all__ = ['TrainingConsoleHook']

WINDOW = 20  # passes that the loss is the mean of


class TrainingConsoleHook(Hook):
    """Shows a line of progress, the metrics of each validation, and what was written.

    Args:
        screen: What to show them on.
    """

    priority = 'LOWEST'  # losses, metrics and checkpoints are written down

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._pace = Pace()
        self._validation = LoopProgress(screen, 'Validating')
        self._validation_seconds = self._started = 0.0
        self._places: list[str] = []  # of the validations of this process

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine once everything is built, loaded and tried."""
        plan = plan_of(runner)
        self._images = plan.per_process * plan.processes
        self._passes = plan.passes
        say(f'Log: {runner.logger.log_file}')
        self._started = time.monotonic()
        self._pace.start()

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Called by mmengine after each forward and backward pass."""
        self._pace.step()
        if self._screen.due():
            done, total = self._steps(runner.iter + 1), self._steps(runner.max_iters)
            in_epochs = counts_epochs(runner.cfg)
            epoch = f'Epoch {runner.epoch + 1}/{runner.max_epochs}'
            what = epoch if in_epochs else 'Training'
            self._screen.progress(what, done, total, self._words(runner))

    def before_val_epoch(self, runner: Runner) -> None:
        """Called by mmengine before it validates."""
        self._validation.start()

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Called by mmengine after each batch of a validation."""
        self._validation.batch(batch_idx, len(runner.val_dataloader))

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Called by mmengine after a validation."""
        self._validation_seconds = self._validation.seconds()
        self._pace.start()
        if counts_epochs(runner.cfg):
            place, total = f'epoch {runner.epoch:,}', runner.max_epochs
        else:
            place = f'step {self._steps(runner.iter):,}'
            total = self._steps(runner.max_iters)
        self._places.append(place)
        first, *rest = self._compared(runner, metrics) if metrics else ['']
        took = duration(self._validation_seconds)
        lines = [f'Validation after {place} of {total:,}{first} ({took})', *rest]
        say('\n'.join(lines))

    def after_train(self, runner: Runner) -> None:
        """Called by mmengine when training is complete."""
        self._screen.close()
        took = duration(time.monotonic() - self._started)
        done = f'{self._steps(runner.iter):,} steps'
        if getattr(runner.train_loop, 'stop_training', False):
            stops = [h for h in runner.hooks if isinstance(h, EarlyStoppingHook)]
            why = ''.join(
                f': {hook.monitor} was not better in {hook.wait_count} validations'
                for hook in stops[:1]
            )
            say(f'Stopped early{why}')
        lines = [f'Trained for {done} in {took}']
        info = runner.message_hub.runtime_info
        for what, start in (('best', 'best_ckpt'), ('last', 'last_ckpt')):
            paths = [str(info[key]) for key in sorted(info) if key.startswith(start)]
            lines += [f'  {what}: {path}' for path in paths if path != 'None']
        say('\n'.join(lines))

    def _steps(self, passes: int) -> int:
        return -(-passes // self._passes)

    def _compared(self, runner: Runner, metrics: dict[str, float]) -> list[str]:
        """Return the rest of the first line, and a table with the best so far."""
        rows = [('', metrics)]
        best = best_validation(runner, metrics)
        first = ''
        if best:
            name, ago, scores = best
            first = f', {name} {number(metrics[name])}'
            if ago == 0:
                first += ', the best so far'
            else:
                place = 'before resuming'
                if ago < len(self._places):
                    place = f'after {self._places[-1 - ago]}'
                rows = [('this', metrics), (f'best, {place}', scores)]
        return [first, *(f'  {line}' for line in score_table(rows))]

    def _words(self, runner: Runner) -> str:
        """Return loss, learning rate, speed and time left."""
        scalars = runner.message_hub.log_scalars
        words = []
        if 'train/loss' in scalars:
            words.append(f'loss {scalars["train/loss"].mean(WINDOW):.4g}')
        if 'train/lr' in scalars:
            words.append(f'lr {scalars["train/lr"].current():.2e}')
        seconds = self._pace.seconds_per_step()
        if seconds:
            left = seconds * (runner.max_iters - runner.iter - 1)
            left += self._validation_seconds * validations_left(runner)
            words.append(f'{self._images / seconds:.3g} images/s')
            words.append(f'{duration(left)} left')
        return '  '.join(words)

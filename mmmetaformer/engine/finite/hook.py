# SPDX-License-Identifier: Apache-2.0
"""The hook that stops a run whose loss is no longer a number."""

from typing import Any

from mmengine.config import Config
from mmengine.hooks import CheckpointHook, EMAHook, Hook
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner

from mmmetaformer.engine.agreement import anywhere, first_of
from mmmetaformer.errors import DivergedError
from mmmetaformer.host import add_hook, drop_hook
from mmmetaformer.registry import HOOKS
from mmmetaformer.text import shortened

from .first_module import Batches, first_bad_module
from .gradients import GradientGuard
from .numbers import bad_losses, bad_states, bad_weights
from .words import message, terms, way_out

__all__ = ['FiniteHook', 'stop_at_nan']

# A dynamic loss scale halves at each skipped step. Below this one, it is not to blame.
LEAST_SCALE = 1.0


@HOOKS.register_module()
class FiniteHook(Hook):
    """Stops training when a loss is not finite, before anything is saved over.

    mmengine reads each loss on the CPU at every step for its log; this reads the same
    numbers again, and one more per update: the norm of the gradients. With several
    processes, they agree in each step on whether one of them has such a number.

    An update with a gradient that is not finite is left out. Weights that are not
    finite are neither validated nor saved.

    Args:
        steps: How many steps in a row; 0 for never.
    """

    # After RuntimeInfoHook, which reads the losses; before what uses the weights.
    priority = 'HIGH'

    def __init__(self, steps: int = 1) -> None:
        if steps < 0:
            raise ValueError(f'steps must be 0 or more, got {steps}')
        self.steps = steps
        self._in_a_row = 0

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine when model and optimizer are complete."""
        self._gradients = GradientGuard(runner.model, runner.optim_wrapper)
        self._batches = Batches(runner.model)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Called by mmengine after each forward and backward pass.

        Raises:
            DivergedError: Losses or gradients were not finite for `steps` steps in a
                row.
        """
        losses = bad_losses(runner, outputs or {})
        bad = terms(losses, self._gradients.take())
        if not anywhere(bool(bad)):
            self._in_a_row = 0
        elif not _scale_may_fall(runner.optim_wrapper):
            self._in_a_row += 1
        if 0 < self.steps <= self._in_a_row:
            module = first_bad_module(runner, self._batches.last)
            raise DivergedError(first_of(message(runner, bad, data_batch, module)))
        self._batches.forget()
        if any(_saves_after_iter(hook, runner) for hook in runner.hooks):
            _check_weights(runner, runner.iter + 1)

    def after_train_epoch(self, runner: Runner) -> None:
        """Called by mmengine before it saves the checkpoint of an epoch."""
        _check_weights(runner, runner.iter)

    def before_val_epoch(self, runner: Runner) -> None:
        """Called by mmengine before it validates, and then saves the best weights."""
        _check_weights(runner, runner.iter)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Called by mmengine in the first process at each save."""
        averages = [h.ema_model for h in runner.hooks if isinstance(h, EMAHook)]
        bad = [name for model in averages for name in bad_weights(model)]
        _refuse(runner, bad_states(checkpoint) + bad, checkpoint['meta']['iter'])


def stop_at_nan(cfg: Config, steps: int | None) -> None:
    """Stop a run whose loss is not finite, and save no weights that are not.

    Args:
        cfg: The run's config, changed in place.
        steps: After how many such steps in a row; 0 for never, but weights are still
            looked at before a save. None for what the config says, or after the first.
    """
    if steps is not None:
        drop_hook(cfg, 'FiniteHook')
    count = 1 if steps is None else steps
    add_hook(cfg, dict(type='mmmetaformer.FiniteHook', steps=count))


def _scale_may_fall(wrapper: OptimWrapper) -> bool:
    """Return whether a loss scaler skipped the step and scales the next one less."""
    scaler = getattr(wrapper, 'loss_scaler', None)
    if scaler is None or wrapper._scale_update_param is not None:
        return False
    return scaler.is_enabled() and scaler.get_scale() > LEAST_SCALE


def _saves_after_iter(hook: Hook, runner: Runner) -> bool:
    if not isinstance(hook, CheckpointHook) or hook.by_epoch:
        return False
    due = hook.every_n_train_iters(runner, hook.interval, hook.save_begin)
    return due or (hook.save_last and hook.is_last_train_iter(runner))


def _check_weights(runner: Runner, step: int) -> None:
    """Refuse weights that are not finite, in all processes if in one."""
    bad = bad_weights(runner.model)
    # Processes share parameters but not the statistics of batch norm.
    if anywhere(bool(bad)):
        _refuse(runner, bad or ['in another process'], step)


def _refuse(runner: Runner, bad: list[str], step: int) -> None:
    if bad:
        raise DivergedError(
            f'{len(bad)} weights are not finite after step {step} '
            f'({shortened(bad, 3)}), and are not saved. {way_out(runner)}'
        )

# SPDX-License-Identifier: Apache-2.0
"""The validations of a run: which was the best, and how many are still to come."""

from collections.abc import Mapping
from typing import Any

from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner

from mmmetaformer.host import counts_epochs, main_metric

__all__ = ['best_validation', 'validations_left']


def best_validation(
    runner: Runner, metrics: Mapping[str, float]
) -> tuple[str, int, dict[str, float]] | None:
    """Return the best validation of a run, those before a resume included.

    Args:
        runner: The runner, whose message hub has the metrics of all validations.
        metrics: Those of the last one.

    Returns:
        The metric that decides, how many validations ago that was, and all its metrics;
        None if the run has no metric of which more or less is known to be better.
    """
    name, choose = _monitored(runner) or (main_metric(metrics), max)
    if name is None or name not in metrics:
        return None
    history = {key: _history(runner, key) for key in metrics}
    scores = history[name]
    if not scores:
        return None
    index = scores.index(choose(scores))
    ago = len(scores) - 1 - index
    # A metric that some validations did not have is not known by its place.
    same = {k: v[index] for k, v in history.items() if len(v) == len(scores)}
    return name, ago, same


def validations_left(runner: Runner) -> int:
    """Return how many validations are still to come, that of the last step included."""
    loop: Any = runner.train_loop
    interval = getattr(loop, 'val_interval', 0)
    if not interval or runner.val_loop is None:
        return 0
    in_epochs = counts_epochs(runner.cfg)
    done, end = (
        (runner.epoch, runner.max_epochs)
        if in_epochs
        else (runner.iter, runner.max_iters)
    )
    return -(-end // interval) - done // interval


def _monitored(runner: Runner) -> tuple[str, Any] | None:
    """Return the metric of the best checkpoint, and what chooses the better value."""
    for hook in runner.hooks:
        if isinstance(hook, CheckpointHook) and hook.save_best:
            (name, *_), (rule, *_) = hook.key_indicators, hook.rules
            return name, min if rule == 'less' else max
    return None


def _history(runner: Runner, name: str) -> list[float]:
    scalars = runner.message_hub.log_scalars.get(f'val/{name}')
    return [float(value) for value in scalars.data[0]] if scalars else []

# SPDX-License-Identifier: Apache-2.0
"""Validating on a single batch, in one process and without a trace."""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.runner import Runner

__all__ = ['try_validation']

# What metrics raise when there are no predictions.
OF_NO_PREDICTIONS = (IndexError, ValueError, ZeroDivisionError)
# Attributes of metrics with the file or folder that they write to.
WRITES_TO = {
    'outfile_prefix': 'results',
    'output_dir': 'results',
    'out_file_path': 'results.pkl',
}


class _WithoutHooks:
    """A runner that calls no hooks, since these count, draw and log."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.outputs: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.runner, name)

    def call_hook(self, fn_name: str, outputs: Any = None, **_: Any) -> None:
        """Keep what the model predicted."""
        self.outputs = outputs


def try_validation(runner: Runner, batch: Any) -> list[str]:
    """Validate on one batch with the step of the validation loop and its evaluator.

    No process waits for another one.

    Args:
        runner: A runner with a validation loop that has an evaluator.
        batch: A batch of the loop's data loader.

    Returns:
        The names of the metrics. None if they are unknown: the model predicts nothing
        for this batch, or the evaluator needs the results of the whole data set.
    """
    loop: Any = runner.val_loop
    evaluator = loop.evaluator
    proxy = _WithoutHooks(runner)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(_restored(loop))
        for metric in evaluator.metrics:
            stack.enter_context(_restored(metric))
            _redirect(metric, Path(folder))
        loop._runner = proxy
        loop.val_loss = {}
        runner.model.eval()
        loop.run_iter(0, batch)
        if type(evaluator) is not Evaluator:
            return []
        predicts = _predicts(proxy.outputs)
        names = [n for one in evaluator.metrics for n in _names_from(one, predicts)]
        whole = any(_collects(one) for one in evaluator.metrics) or loop.val_loss
    return [] if whole or not predicts else names


@contextlib.contextmanager
def _restored(thing: Any) -> Iterator[None]:
    """Restore the attributes of an object.

    A copy would not do: metrics delete the folder that they share with their copies.
    """
    before = dict(vars(thing))
    try:
        yield
    finally:
        vars(thing).clear()
        vars(thing).update(before)


def _redirect(metric: BaseMetric, folder: Path) -> None:
    """Let a metric start without results, and write to a folder."""
    metric.results = []
    (folder / 'results').mkdir(exist_ok=True)
    for key, name in WRITES_TO.items():
        if getattr(metric, key, None) is not None:
            setattr(metric, key, str(folder / name))


def _names_from(metric: BaseMetric, predicts: bool) -> list[str]:
    """Compute a metric from its results; return the names that it reports.

    Args:
        metric: A metric that has processed the batch.
        predicts: Whether the model predicted anything.
    """
    if _collects(metric):
        return []
    results = _to_cpu(metric.results)
    _restrict(metric, results)
    try:
        # `evaluate` would first collect the results of all processes.
        reported = metric.compute_metrics(results)
    except OF_NO_PREDICTIONS:
        if predicts:
            raise
        return []
    prefix = f'{metric.prefix}/' if metric.prefix else ''
    return [prefix + name for name in reported]


def _collects(metric: BaseMetric) -> bool:
    """Return whether a metric has its own way to collect results, as those of video."""
    return type(metric).evaluate is not BaseMetric.evaluate


def _restrict(metric: Any, results: Sequence[Any]) -> None:
    """Let a metric in COCO's format compare the images of the batch only.

    By itself it compares all images of its annotation file, which takes seconds.
    """
    if hasattr(metric, 'img_ids') and metric.img_ids is None:
        metric.img_ids = [prediction['img_id'] for _, prediction in results]


def _predicts(outputs: Sequence[Any]) -> bool:
    """Return whether a model predicts anything, as an untrained detector may not."""
    instances = [getattr(one, 'pred_instances', None) for one in outputs]
    return any(one is None or len(one) > 0 for one in instances)


def _to_cpu(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.cpu()
    if isinstance(value, dict):
        return {key: _to_cpu(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_to_cpu(one) for one in value)
    return value

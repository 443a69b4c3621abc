# SPDX-License-Identifier: Apache-2.0
"""A validation batch before the first step, so that its faults do not wait for hours.

Training is the same with and without it, bit by bit.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.hooks import CheckpointHook, EarlyStoppingHook, Hook
from mmengine.model import BaseDataPreprocessor, is_model_wrapper
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import PER_CLASS, add_hook, as_list, drop_hook
from mmmetaformer.registry import HOOKS
from mmmetaformer.say import say
from mmmetaformer.text import did_you_mean, shortened
from mmmetaformer.tracebacks import frames_of, save_traceback, words_of

from .agreement import anywhere, first_of
from .first_batch import first_entries, load_batch, names_of, some_entries
from .trial_validation import try_validation
from .undisturbed import silent, undisturbed

__all__ = ['RehearsalHook', 'use_rehearsal']

MAX_TRAIN_IMAGES = 4  # images of different sizes show in two already
# What a key that is missing in a batch or a prediction comes from.
ORIGINS = {
    'inputs': 'a pipeline ends with PackSegInputs or PackDetInputs',
    'gt_sem_seg': 'the pipeline needs LoadAnnotations',
    'pred_sem_seg': 'this evaluator is for segmentors',
    'pred_instances': 'this evaluator is for detectors',
    'img_id': 'meta_keys of PackDetInputs needs it',
    'ori_shape': 'meta_keys of PackDetInputs needs it',
}
T = TypeVar('T')


def use_rehearsal(cfg: Config, wanted: bool) -> None:
    """Try a batch before the first step.

    Args:
        cfg: The run's config, changed in place. One that an earlier run wrote has the
            hook already.
        wanted: Whether to try it; False for not.
    """
    if wanted:
        add_hook(cfg, dict(type='mmmetaformer.RehearsalHook'))
    else:
        drop_hook(cfg, 'RehearsalHook')


@HOOKS.register_module()
class RehearsalHook(Hook):
    """Loads a batch for training and validates on a batch, before training.

    Raises a `ConfigError` in all processes if that fails in one of them, or if a
    checkpoint or an early stop depends on a metric that validation does not report.
    """

    priority = 'LOWEST'  # the other hooks have prepared the model

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine once everything is built and loaded."""
        with undisturbed(runner.model):
            _rehearse_training(runner)
            if not hasattr(runner.val_loop, 'evaluator'):
                return
            names = _rehearse_validation(runner)
        for place, metric in _monitored(runner):
            if names and metric not in names:
                raise ConfigError(
                    f'{place}={metric!r} is not a metric that validation reports.'
                    f'{did_you_mean(metric, names)} It reports {shortened(names, 30)}'
                )
        names = [name for name in names if not name.endswith(PER_CLASS)]
        reports = f' (reports {shortened(names, 8)})' if names else ''
        say(f'Rehearsal: validation works{reports}.')


def _rehearse_training(runner: Runner) -> None:
    loader: DataLoader = runner.train_dataloader
    entries = some_entries(loader, MAX_TRAIN_IMAGES)
    model: Any = runner.model.module if is_model_wrapper(runner.model) else runner.model
    # One that changes the size of images at random remembers it.
    prepare = copy.deepcopy(getattr(model, 'data_preprocessor', None))
    if prepare is None:
        return

    def collate() -> Any:
        # None in a process beyond the number of images, which takes part all the same.
        return prepare(load_batch(loader, entries), True) if entries else None

    _in_all_processes(runner, 'a training batch fails', loader, entries, collate)


def _rehearse_validation(runner: Runner) -> list[str]:
    what, loader = 'validation fails on its first batch', runner.val_dataloader
    entries = first_entries(loader)

    def load() -> Any:
        if not entries:
            raise ConfigError('val_dataloader: the data set is empty')
        return load_batch(loader, entries)

    batch = _in_all_processes(runner, what, loader, entries, load)

    def validate() -> list[str]:
        return try_validation(runner, batch)

    return _in_all_processes(runner, what, loader, entries, validate)


def _in_all_processes(
    runner: Runner,
    what: str,
    loader: DataLoader,
    entries: Sequence[Any],
    action: Callable[[], T],
) -> T:
    """Call a function in silence; fail in all processes if it fails in one.

    Args:
        runner: The runner, for its work dir.
        what: What has failed, for the message.
        loader: The data loader.
        entries: The entries of its data set that the function works on.
        action: The function.
    """
    message: str | None = None
    cause: Exception | None = None
    try:
        with silent():
            result = action()
    except ConfigError as error:
        message, cause = str(error), error
    except Exception as error:
        cause = error
        message = (
            f'{what}{_part_of(error)}: {words_of(error)}{_way_out(error)}. '
            f'Images: {names_of(loader, entries)}. '
            f'Details: {save_traceback(error, runner.work_dir)}'
        )
    if anywhere(message is not None):
        raise ConfigError(first_of(message)) from cause
    return result


def _part_of(error: Exception) -> str:
    """Return which transform, metric or preprocessor raises an exception."""
    for frame, _ in reversed(frames_of(error)):
        part = frame.f_locals.get('self')
        is_transform = callable(getattr(part, 'transform', None))
        if isinstance(part, (BaseMetric, BaseDataPreprocessor)) or is_transform:
            return f', in {type(part).__name__}'
    return ''


def _way_out(error: Exception) -> str:
    key = error.args[0] if isinstance(error, KeyError) and error.args else None
    return f' ({ORIGINS[key]})' if key in ORIGINS else ''


def _monitored(runner: Runner) -> Iterator[tuple[str, str]]:
    """Yield the metrics that checkpoints, early stops and schedulers depend on."""
    for hook in runner.hooks:
        if isinstance(hook, CheckpointHook) and hook.save_best:
            for metric in hook.key_indicators:
                if metric != 'auto':
                    yield 'default_hooks.checkpoint.save_best', metric
        if isinstance(hook, EarlyStoppingHook):
            yield 'EarlyStoppingHook.monitor', hook.monitor
    schedulers = runner.param_schedulers
    groups = schedulers.values() if isinstance(schedulers, dict) else [schedulers]
    for scheduler in (one for group in groups for one in as_list(group)):
        if getattr(scheduler, 'need_val_args', False) and scheduler.by_epoch:
            yield f'{type(scheduler).__name__}.monitor', scheduler.monitor

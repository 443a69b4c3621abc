# SPDX-License-Identifier: Apache-2.0
"""Removing the checkpoints that a run no longer keeps.

Only files in the hook's folder whose names are those of checkpoints are removed,
whatever a checkpoint that was resumed from says, and never the one that the pointer
names.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mmengine.fileio import LocalBackend
from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner

from mmmetaformer.checkpoint_names import BETWEEN, best_name, pattern_of

from .pointer import read_pointer

__all__ = ['divide', 'remove_between', 'remove_former_best', 'remove_steps']


def divide(ids: list[Any], keep: int) -> tuple[list[Any], list[Any]]:
    """Return the numbers of checkpoints to remove, and of those to keep.

    Args:
        ids: The oldest first.
        keep: How many; all if it is not positive.
    """
    first = max(len(ids) - keep, 0) if keep > 0 else 0
    return ids[:first], ids[first:]


def remove_steps(hook: CheckpointHook, runner: Runner, steps: Iterable[object]) -> None:
    """Remove the checkpoints of these numbers.

    Args:
        hook: The hook that saved them.
        runner: The runner.
        steps: The numbers in their names; what is no number is passed over.
    """
    for step in steps:
        if isinstance(step, int):
            _remove(hook, runner, hook.filename_tmpl.format(step))


def remove_between(hook: CheckpointHook, runner: Runner, done: int) -> None:
    """Remove the checkpoints from the middle of an epoch, up to an iteration.

    Args:
        hook: The hook that saved them.
        runner: The runner.
        done: The iterations that the last checkpoint has.
    """
    for name, (_, iteration) in _numbered(hook, BETWEEN):
        if iteration <= done:
            _remove(hook, runner, name)


def remove_former_best(
    hook: CheckpointHook, runner: Runner, metric: str, path: str
) -> None:
    """Remove the checkpoints that were the best by a metric before.

    Also those that a run did not come to remove before it was killed.

    Args:
        hook: The hook that saved them.
        runner: The runner.
        metric: The metric.
        path: The best checkpoint now.
    """
    pattern = pattern_of(best_name(metric, hook.filename_tmpl))
    now = pattern.fullmatch(Path(path).name)
    for name, (number,) in _numbered(hook, pattern):
        if now and number < int(now[1]):
            _remove(hook, runner, name)
            runner.logger.info(f'The previous best checkpoint {name} is removed')


def _numbered(
    hook: CheckpointHook, pattern: re.Pattern[str]
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the files of the hook's folder with such names, and the numbers in them."""
    folder = hook.out_dir
    for name in list(hook.file_backend.list_dir_or_file(folder, list_dir=False)):
        match = pattern.fullmatch(name)
        if match:
            yield name, tuple(map(int, match.groups()))


def _remove(hook: CheckpointHook, runner: Runner, name: str) -> None:
    path = hook.file_backend.join_path(hook.out_dir, name)
    pointer = read_pointer(Path(runner.work_dir))
    if isinstance(hook.file_backend, LocalBackend) and pointer:
        named = Path(pointer).resolve() == Path(path).resolve()
    else:
        named = pointer == path
    if not named and hook.file_backend.isfile(path):
        hook.file_backend.remove(path)

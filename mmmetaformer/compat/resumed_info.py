# SPDX-License-Identifier: Apache-2.0
"""Accept from a checkpoint's message hub only what this run can have written.

`CheckpointHook` deletes the file or folder that `best_ckpt` names when there is a
better one, and those whose names it makes from `keep_ckpt_ids`. Both come from the
checkpoint that a run resumes from. Upstream: mmengine 0.10.7,
`mmengine/hooks/checkpoint_hook.py`, `mmengine/logging/message_hub.py`. Remove this file
when the hook deletes only files of its own folder and names.
"""

import functools
import math
import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from mmengine.hooks import CheckpointHook
from mmengine.logging import HistoryBuffer
from mmengine.runner import Runner

from mmmetaformer.errors import ConfigError, warn

from .checkpoint_claims import COUNTS, check_counts
from .own_checkpoints import own_ids, own_path

__all__ = ['install', 'keep_own_info']

# mmengine sets these before anything reads them, from the run itself.
SET_BY_RUN = (
    'cfg',
    'dataset_meta',
    'epoch',
    'eta',
    'experiment_name',
    'iter',
    'loop_stage',
    'max_epochs',
    'max_iters',
    'mmengine_version',
    'seed',
)
MARK = '_keeps_own_info'


def install() -> None:
    """Let `Runner.load_checkpoint` return no more. Further calls change nothing."""
    if not hasattr(Runner.load_checkpoint, MARK):
        Runner.load_checkpoint = _keeping_own_info(Runner.load_checkpoint)


def _keeping_own_info(load: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(load)
    def load_checkpoint(self: Runner, *args: Any, **kwargs: Any) -> Any:
        checkpoint = load(self, *args, **kwargs)
        if self._resume:
            check_counts(checkpoint.get('meta'), str(self._load_from))
            checkpoint['message_hub'] = keep_own_info(checkpoint, self)
        return checkpoint

    setattr(load_checkpoint, MARK, True)
    return load_checkpoint


def keep_own_info(checkpoint: Mapping[str, Any], runner: Runner) -> dict[str, Any]:
    """Return the state of a message hub without what this run cannot have written.

    A path in another folder becomes that of the same name in this run's folder: the
    work dir may have moved. If there is no such file, nothing is best so far. A warning
    says what no run can have written.

    Args:
        checkpoint: What the run resumes from, with `meta`.
        runner: The run.

    Raises:
        ConfigError: It has no state of a message hub.
    """
    hub = checkpoint.get('message_hub')
    parts = ('log_scalars', 'runtime_info', 'resumed_keys')
    if not isinstance(hub, Mapping) or not all(
        isinstance(hub.get(part), Mapping) for part in parts
    ):
        raise ConfigError('the checkpoint is damaged: it has no state of a message hub')
    # What hooks have set `iter` to since may be smaller.
    done = max(checkpoint['meta'].get(key, 0) for key in (*COUNTS, 'saved_iter'))
    info = {}
    for key, value in hub['runtime_info'].items():
        if key in SET_BY_RUN:
            continue
        accepted = _accepted(key, value, done, runner)
        if accepted is not None:
            info[key] = accepted
    scalars = {
        key: value
        for key, value in hub['log_scalars'].items()
        if isinstance(value, HistoryBuffer)
    }
    known = {*scalars, *info}
    resumed = {key: True for key, yes in hub['resumed_keys'].items() if key in known}
    return dict(log_scalars=scalars, runtime_info=info, resumed_keys=resumed)


def _accepted(key: Any, value: Any, done: int, runner: Runner) -> Any | None:
    """Return a value as the run continues with it, None if it may not."""
    if not isinstance(key, str):
        return None
    accepted: Any
    if key.startswith('best_ckpt') or key == 'last_ckpt':
        hooks = [hook for hook in runner.hooks if isinstance(hook, CheckpointHook)]
        accepted = own_path(value, hooks, runner.work_dir)
        expected = 'the name of a checkpoint of this run'
    elif key.startswith('best_score'):
        accepted = value if _is_finite(value) else None
        expected = 'a number'
    elif key == 'keep_ckpt_ids':
        accepted = own_ids(value, done)
        expected = 'numbers of checkpoints of this run'
    else:
        return value
    if key.startswith('best_ckpt') and accepted and not _exists(accepted):
        return None
    if accepted is None or (key == 'keep_ckpt_ids' and accepted != list(value)):
        warn(
            f'{runner._load_from} says that its {key} is {value!r}, which is not '
            f'{expected}: ignored'
        )
    return accepted


def _exists(path: str) -> bool:
    return '://' in path or os.path.isfile(path)


def _is_finite(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and math.isfinite(value)

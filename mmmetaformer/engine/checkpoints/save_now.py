# SPDX-License-Identifier: Apache-2.0
"""Saving a checkpoint in the middle of training, for whoever needs one."""

from mmengine.runner import Runner

from mmmetaformer.errors import ConfigError

from .hook import CheckpointHook

__all__ = ['save_now']


def save_now(runner: Runner) -> str:
    """Save a complete checkpoint of the state after the last finished update.

    Call it in all processes, at the end of an update: from `after_train_iter` of a hook
    that runs after CheckpointHook (priority LOWEST), or between updates. If that state
    is in a checkpoint already, nothing is saved.

    Args:
        runner: The runner, while it trains.

    Returns:
        The checkpoint's path.

    Raises:
        ConfigError: It cannot be saved, or the run saves no checkpoints.
    """
    for hook in runner.hooks:
        if isinstance(hook, CheckpointHook):
            return hook.save_now(runner)
    raise ConfigError(
        'the run saves no checkpoints, so its state is lost: it has no hook of type '
        'CheckpointHook (default_hooks.checkpoint)'
    )

# SPDX-License-Identifier: Apache-2.0
"""The patience of early stopping, which checkpoints do not have."""

from mmengine.hooks import EarlyStoppingHook
from mmengine.runner import Runner

__all__ = ['restore_patience']


def restore_patience(runner: Runner) -> None:
    """Let early stopping see the validations before the checkpoint again.

    mmengine saves their metrics in its message hub, but neither the hook's best score
    nor how long it has been waiting.

    Args:
        runner: A runner that is about to train.
    """
    history = runner.message_hub.log_scalars
    for hook in runner.hooks:
        if isinstance(hook, EarlyStoppingHook) and runner.iter:
            key = f'val/{hook.monitor}'
            scores = history[key].data[0] if key in history else ()
            for score in scores:
                stop, _ = hook._check_stop_condition(float(score))
                runner.train_loop.stop_training |= stop

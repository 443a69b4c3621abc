# SPDX-License-Identifier: Apache-2.0
"""The hook that lets the config's settings count after a resume."""

from typing import Any

from mmengine.config import Config
from mmengine.hooks import Hook, ParamSchedulerHook
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.runner import Runner

from mmmetaformer.engine.accumulation import SchedulerPerUpdateHook
from mmmetaformer.errors import warn
from mmmetaformer.host import add_hook
from mmmetaformer.registry import HOOKS

from .optimizer_settings import check_optimizer, keep_settings
from .past_steps import PastSteps
from .schedule import keep_schedule

__all__ = ['ConfigOnResumeHook', 'keep_config_on_resume']


@HOOKS.register_module()
class ConfigOnResumeHook(Hook):
    """Replaces the settings in a checkpoint by the config's before it is loaded.

    If they are equal, the checkpoint stays as it is. Runs with several optimizers are
    left to mmengine.
    """

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Called by mmengine before it restores optimizer and schedule.

        Raises:
            ConfigError: The checkpoint's state is not that of the config's optimizer or
                schedule.
        """
        wrapper = runner.optim_wrapper
        saved = checkpoint.get('optimizer')
        resumes = runner._resume and isinstance(wrapper, OptimWrapper)
        if not resumes or isinstance(wrapper, OptimWrapperDict) or saved is None:
            return
        name = runner._load_from or 'the checkpoint'
        check_optimizer(wrapper, saved, name)
        schedulers = runner.param_schedulers or []
        for line in keep_settings(wrapper, saved, {s.param_name for s in schedulers}):
            warn(f'{name} has {line}')
        past = _past_steps(runner, checkpoint['meta'])
        if schedulers and past:
            text = keep_schedule(schedulers, checkpoint, past, name)
            if text:
                warn(text)


def keep_config_on_resume(cfg: Config) -> None:
    """Let the config's optimizer settings and schedule count if a run resumes.

    Args:
        cfg: The run's config, changed in place.
    """
    add_hook(cfg, dict(type='mmmetaformer.ConfigOnResumeHook'))


def _past_steps(runner: Runner, meta: dict[str, Any]) -> PastSteps | None:
    """Return where the run is, None if an unknown hook steps the schedulers."""
    kinds = {type(h) for h in runner.hooks if isinstance(h, ParamSchedulerHook)}
    if len(kinds) != 1 or not kinds <= {ParamSchedulerHook, SchedulerPerUpdateHook}:
        return None
    per_update = kinds == {SchedulerPerUpdateHook}
    return PastSteps(
        passes=meta['iter'],
        epochs=meta['epoch'],
        passes_per_epoch=len(runner.train_dataloader),
        passes_per_step=runner.optim_wrapper._accumulative_counts if per_update else 1,
        last_pass=runner.max_iters,
    )

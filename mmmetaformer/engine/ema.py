# SPDX-License-Identifier: Apache-2.0
"""Testing and saving the moving average of the weights."""

from typing import Any

from mmengine.config import Config
from mmengine.hooks import EMAHook
from mmengine.runner import Runner

from mmmetaformer.errors import ConfigError
from mmmetaformer.registry import HOOKS

__all__ = ['MOMENTUM', 'AverageHook', 'use_ema']

#: Share of the newest weights: a decay of 0.9999, as in the fine-tuning scripts of
#: sail-sg/metaformer.
MOMENTUM = 1e-4


@HOOKS.register_module()
class AverageHook(EMAHook):
    """mmengine's hook, which averages when the parameters were updated.

    mmengine's own counts forward passes, which differ under accumulation.
    """

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Called by mmengine after each forward and backward pass."""
        if runner.optim_wrapper.should_update():
            super().after_train_iter(runner, batch_idx, data_batch, outputs)


def use_ema(cfg: Config) -> None:
    """Keep an exponential moving average of the weights.

    Validation, checkpoints' `state_dict` and with that `tools/test.py` have the
    average; resuming goes on with both.

    Args:
        cfg: The run's config, changed in place.

    Raises:
        ConfigError: The config has such a hook already.
    """
    hooks = list(cfg.get('custom_hooks') or [])
    for hook in hooks:
        if str(hook.get('type')) in ('EMAHook', 'mmmetaformer.AverageHook'):
            raise ConfigError(
                f'--ema: the config has an {hook["type"]} already; leave out --ema'
            )
    average = dict(
        type='mmmetaformer.AverageHook',
        ema_type='ExponentialMovingAverage',
        momentum=MOMENTUM,
        update_buffers=True,
    )
    cfg.custom_hooks = [*hooks, average]

# SPDX-License-Identifier: Apache-2.0
"""Validating and saving the moving average of the weights."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config
from mmengine.hooks import EMAHook
from mmengine.runner import Runner

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import add_hook, as_list, type_name
from mmmetaformer.registry import HOOKS

__all__ = ['MOMENTUM', 'AverageHook', 'use_ema']

#: Share of the newest weights: a decay of 0.9999, as in the fine-tuning scripts of
#: sail-sg/metaformer.
MOMENTUM = 1e-4


@HOOKS.register_module()
class AverageHook(EMAHook):
    """Averages the weights after each update of the parameters.

    mmengine's hook counts forward passes, which differ under accumulation.
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

    Validation, the `state_dict` of checkpoints and so `tools/test.py` use the average.
    A checkpoint holds both, and training resumes from both.

    Args:
        cfg: The run's config, changed in place.

    Raises:
        ConfigError: The config already has such a hook.
    """
    for hook in as_list(cfg.get('custom_hooks')):
        is_config = isinstance(hook, Mapping)  # rather than a hook object
        if is_config and type_name(hook) in ('EMAHook', 'AverageHook'):
            raise ConfigError(
                f'--ema: the config already has an {type_name(hook)}; leave out --ema'
            )
    average = dict(
        type='mmmetaformer.AverageHook',
        ema_type='ExponentialMovingAverage',
        momentum=MOMENTUM,
        update_buffers=True,
    )
    add_hook(cfg, average)

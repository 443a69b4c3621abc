# SPDX-License-Identifier: Apache-2.0
"""Mixed precision."""

import torch
from mmengine.config import Config

from mmmetaformer.errors import ConfigError

__all__ = ['use_amp']


def use_amp(cfg: Config) -> None:
    """Turn on automatic mixed precision, in bfloat16 where the GPU has it.

    bfloat16 has float32's range, so it needs no loss scaling and StarReLU's square
    cannot overflow; float16 gets a dynamic loss scale.

    Args:
        cfg: The run's config, changed in place.

    Raises:
        ConfigError: There is no CUDA GPU, or the config's optimizer wrapper is
            neither `OptimWrapper` nor `AmpOptimWrapper`.
    """
    if not torch.cuda.is_available():
        raise ConfigError('--amp needs a CUDA GPU and none is visible; leave it out')
    wrapper = cfg.optim_wrapper
    kind = wrapper.get('type', 'OptimWrapper')
    if kind not in ('OptimWrapper', 'AmpOptimWrapper'):
        raise ConfigError(f'--amp does not go with optim_wrapper type {kind!r}')
    wrapper.type = 'AmpOptimWrapper'
    if torch.cuda.is_bf16_supported():
        wrapper.update(dtype='bfloat16', loss_scale=1.0)
    else:
        wrapper.update(dtype='float16', loss_scale='dynamic')

# SPDX-License-Identifier: Apache-2.0
"""Mixed precision."""

import torch
from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import add_hook

__all__ = ['use_amp']

WRAPPERS = ('OptimWrapper', 'AmpOptimWrapper')


def use_amp(cfg: Config, wanted: bool | None = None) -> None:
    """Turn on automatic mixed precision, in bfloat16 where the GPU has it.

    bfloat16 has float32's range, so it needs no loss scaling and StarReLU's square
    cannot overflow; float16 gets a dynamic loss scale. What heads predict becomes
    float32 again, and so do losses and box decoding (`Float32PredictionsHook`).

    Args:
        cfg: The run's config, changed in place.
        wanted: True: turn it on. False: turn it off, even if the config has it on.
            None: what the config has, and where that is a plain OptimWrapper, on if
            there is a GPU with bfloat16.

    Raises:
        ConfigError: It is to be on, and there is no CUDA GPU; or it is wanted or
            unwanted with an optimizer wrapper that is none of WRAPPERS.
    """
    wrapper = cfg.optim_wrapper
    kind = wrapper.get('type', 'OptimWrapper')
    if wanted is None and kind == 'OptimWrapper':
        wanted = _has_bf16()
    elif wanted is None and kind not in WRAPPERS:
        wanted = False
    elif kind not in WRAPPERS:
        raise ConfigError(f'--amp does not go with optim_wrapper type {kind!r}')
    if wanted is False:
        if kind == 'AmpOptimWrapper':
            wrapper.type = 'OptimWrapper'
            for key in ('dtype', 'loss_scale'):
                wrapper.pop(key, None)
        return
    if not torch.cuda.is_available():
        raise ConfigError(
            'mixed precision needs a CUDA GPU and none is visible: leave out --amp, or '
            'add --no-amp if the config asks for it'
        )
    if kind == 'OptimWrapper' or wanted:
        wrapper.type = 'AmpOptimWrapper'
        if _has_bf16():
            wrapper.update(dtype='bfloat16', loss_scale=1.0)
        else:
            wrapper.update(dtype='float16', loss_scale='dynamic')
    add_hook(cfg, dict(type='mmmetaformer.Float32PredictionsHook'))


def _has_bf16() -> bool:
    """Whether a GPU computes in bfloat16 itself; an emulated one is slow."""
    return torch.cuda.is_available() and torch.cuda.is_bf16_supported(
        including_emulation=False
    )

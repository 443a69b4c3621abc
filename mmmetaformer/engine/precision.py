# SPDX-License-Identifier: Apache-2.0
"""Mixed precision: as the config asks, as the user asks, or off."""

from typing import Any

import torch
from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import add_hook, type_name
from mmmetaformer.launchers import is_first_process

__all__ = ['use_amp', 'without_amp']

#: mmengine's wrappers, with and without mixed precision.
PLAIN, AMP = 'OptimWrapper', 'AmpOptimWrapper'
#: Arguments of the second that the first does not take.
AMP_ARGUMENTS = ('dtype', 'loss_scale', 'use_fsdp')


def use_amp(cfg: Config, wanted: bool | None = None) -> None:
    """Set the precision of a run.

    By default the config decides. Where its mixed precision cannot run, the run is in
    float32 and prints one line that says so. With mixed precision, heads predict in
    float32 (`Float32PredictionsHook`).

    Args:
        cfg: The run's config, changed in place.
        wanted: True turns mixed precision on: with the config's dtype if this GPU
            computes in it, else bfloat16, else float16 with a dynamic loss scale.
            False turns it off. None follows the config.

    Raises:
        ConfigError: It is to be turned on without a CUDA GPU, or turned on or off in
            an optimizer wrapper that is neither of mmengine's two.
    """
    wrapper = cfg.optim_wrapper
    kind = type_name({'type': PLAIN, **wrapper})
    if kind not in (PLAIN, AMP):
        if wanted is not None:
            raise ConfigError(
                f'--amp and --no-amp do not work with optim_wrapper.type={kind!r}, '
                f'only with {PLAIN} and {AMP}: leave them out'
            )
        return
    if wanted and not torch.cuda.is_available():
        raise ConfigError(
            '--amp needs a CUDA GPU, and torch sees none: leave it out to train in '
            'float32'
        )
    missing = _missing(wrapper) if kind == AMP else None
    if wanted is None:
        wanted = kind == AMP and not missing
        if missing:
            _say_once(f'Training in float32: the config asks for {missing}.')
    if not wanted:
        cfg.optim_wrapper = without_amp(wrapper)
        return
    if kind == PLAIN or missing:
        if _has_bf16():
            wrapper.update(type=AMP, dtype='bfloat16', loss_scale=1.0)
        else:
            wrapper.update(type=AMP, dtype='float16', loss_scale='dynamic')
    add_hook(cfg, dict(type='mmmetaformer.Float32PredictionsHook'))


def without_amp(wrapper: dict[str, Any]) -> dict[str, Any]:
    """Return the config of an optimizer wrapper without mixed precision.

    mmengine's `AmpOptimWrapper` cannot be built on a CPU; this can. A wrapper that is
    neither `OptimWrapper` nor `AmpOptimWrapper` is returned as it is.

    Args:
        wrapper: The config's `optim_wrapper`.
    """
    if type_name({'type': PLAIN, **wrapper}) not in (PLAIN, AMP):
        return wrapper
    rest = {k: v for k, v in wrapper.items() if k not in AMP_ARGUMENTS}
    return {**rest, 'type': PLAIN}


def _missing(wrapper: dict[str, Any]) -> str | None:
    """Return what this machine does not have for the config's mixed precision."""
    if not torch.cuda.is_available():
        return 'mixed precision, which needs a CUDA GPU, and torch sees none'
    if 'bfloat16' in str(wrapper.get('dtype')) and not _has_bf16():
        return 'bfloat16, which this GPU does not have; --amp trains in float16'
    return None


def _has_bf16() -> bool:
    """Return whether the GPU computes in bfloat16 itself; an emulated one is slow."""
    return torch.cuda.is_available() and torch.cuda.is_bf16_supported(
        including_emulation=False
    )


def _say_once(text: str) -> None:
    """Print in the first process only.

    No logger yet: the runner makes this run's, and the current one is an earlier run's.
    """
    if is_first_process():
        print(text, flush=True)

# SPDX-License-Identifier: Apache-2.0
"""What a run says about numbers that are not finite."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.runner import Runner

from mmmetaformer.text import shortened

from .numbers import images_of

__all__ = ['message', 'terms', 'way_out']


def terms(losses: Mapping[str, float], gradients: Sequence[str]) -> list[str]:
    """Return what is not finite, in words; gradients only where all losses are."""
    if losses or not gradients:
        return [f'{name} is {value}' for name, value in losses.items()]
    more = f' and {len(gradients) - 1} more' if len(gradients) > 1 else ''
    return [f'the gradient of {gradients[0]}{more} is not finite']


def message(
    runner: Runner, bad: Sequence[str], batch: Any, module: str | None
) -> str | None:
    """Return what happened at the last step and what to do.

    Args:
        runner: The run.
        bad: From `terms`.
        batch: What the data loader returned.
        module: From `first_bad_module`.

    Returns:
        One line; None if nothing is bad.
    """
    if not bad:
        return None
    what = shortened(bad, 3)
    lr = next(iter(runner.optim_wrapper.get_lr().values()))[0]
    images = list(images_of(batch))
    where = f'; images {shortened(images, 4)}' if images else ''
    if module:
        where += f'; first in {module}'
    look = 'these images' if images else 'the images'
    return (
        f'{what} at step {runner.iter + 1} of {runner.max_iters} (lr {lr:.4g}{where}).'
        f' {way_out(runner, look)}'
    )


def way_out(runner: Runner, images: str = 'the images') -> str:
    """Return what to do about numbers that are not finite."""
    last = runner.message_hub.runtime_info.get('last_ckpt')
    saved = f' The last checkpoint, {last}, is from before.' if last else ''
    return (
        'Lower the learning rate (--cfg-options optim_wrapper.optimizer.lr=...), clip '
        'the gradients (optim_wrapper.clip_grad.max_norm=1), or look at '
        f'{images} and their labels.{saved}'
    )

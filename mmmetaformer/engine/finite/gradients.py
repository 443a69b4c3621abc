# SPDX-License-Identifier: Apache-2.0
"""Keeping gradients that are not finite from the weights."""

from typing import Any

import torch
from mmengine.optim import OptimWrapper, OptimWrapperDict
from torch import Tensor, nn
from torch.optim import Optimizer

from .numbers import bad_tensors

__all__ = ['GradientGuard']


class GradientGuard:
    """Leaves an update out if its gradient is not finite, and remembers it.

    Each update reads the gradients once, and one number from the device: their norm. If
    mmengine clips the gradients, it is the norm that mmengine reads anyway. A loss
    scaler leaves such an update out by itself, which is remembered too.

    Args:
        model: The model, or a distributed wrapper around it.
        wrapper: What updates it.
    """

    def __init__(
        self, model: nn.Module, wrapper: OptimWrapper | OptimWrapperDict
    ) -> None:
        self._names = {id(value): name for name, value in model.named_parameters()}
        self._bad: list[str] = []
        self._updated: set[int] = set()
        several = isinstance(wrapper, OptimWrapperDict)
        self._wrappers = {
            id(one.optimizer): one
            for one in (wrapper.values() if several else [wrapper])
        }
        for one in self._wrappers.values():
            one.optimizer.register_step_pre_hook(self._before_step)

    def take(self) -> list[str]:
        """Return the parameters of such gradients in the last pass, and forget them.

        The first one is the first that the backward pass reached.
        """
        bad, updated = self._bad, self._updated
        self._bad, self._updated = [], set()
        skipped = any(
            _scales(wrapper) and wrapper.should_update() and key not in updated
            for key, wrapper in self._wrappers.items()
        )
        return bad or (['some parameters'] if skipped else [])

    def _before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        """Called by torch before the optimizer reads the gradients."""
        self._updated.add(id(optimizer))
        parameters = [p for group in optimizer.param_groups for p in group['params']]
        dense = {
            self._names.get(id(p), f'parameter {number}'): p.grad
            for number, p in enumerate(parameters)
            if p.grad is not None and p.grad.layout == torch.strided
        }
        if not dense or _is_finite(self._wrappers[id(optimizer)], dense):
            return
        bad = bad_tensors(dense)
        if bad:
            self._bad += reversed(bad)
            for parameter in parameters:
                parameter.grad = None  # optimizers leave such parameters alone


def _scales(wrapper: OptimWrapper) -> bool:
    scaler = getattr(wrapper, 'loss_scaler', None)
    return scaler is not None and scaler.is_enabled()


def _is_finite(wrapper: OptimWrapper, gradients: dict[str, Tensor]) -> bool:
    """Return False if some gradients are not finite, or their norm overflows."""
    clips = wrapper.clip_grad_kwargs
    if clips and wrapper.clip_func is nn.utils.clip_grad.clip_grad_norm_:
        norm = wrapper.message_hub.get_scalar(f'train/{wrapper.grad_name}').current()
        return bool(torch.tensor(float(norm)).isfinite())
    return bool(nn.utils.get_total_norm(gradients.values()).isfinite())

# SPDX-License-Identifier: Apache-2.0
"""Inference with an activation that writes into the output of the layer before.

New memory for the hidden tensors of MLPs and separable convolutions costs time on CPUs,
and is a quarter of the activation memory at its peak.
"""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.modules.module as torch_module
from torch import Tensor, nn

from .eager import is_eager

__all__ = ['has_hooks', 'overwriting']


def overwriting(linear: nn.Module, act: nn.Module) -> Callable[[Tensor], Tensor]:
    """Return the activation that follows a layer, overwriting its input if it may.

    It may if no one else can hold the tensor between the two: autograd records
    nothing, and neither module has hooks.

    Args:
        linear: The layer before. Only an `nn.Linear` is known to return a new tensor.
        act: Overwrites its input if called with `overwrite=True`, and has the
            attribute `can_overwrite`; any other module is returned as it is.
    """
    if torch.is_grad_enabled() or not is_eager():
        return act
    known = isinstance(linear, nn.Linear) and getattr(act, 'can_overwrite', False)
    if not known or has_hooks(linear) or has_hooks(act):
        return act
    return partial(act, overwrite=True)


def has_hooks(module: nn.Module) -> bool:
    """Return whether a module has hooks of its own, or all modules have some."""
    return bool(
        module._forward_hooks
        or module._forward_pre_hooks
        or module._backward_hooks
        or module._backward_pre_hooks
        or torch_module._global_forward_hooks
        or torch_module._global_forward_pre_hooks
        or torch_module._global_backward_hooks
        or torch_module._global_backward_pre_hooks
    )

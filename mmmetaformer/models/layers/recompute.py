# SPDX-License-Identifier: Apache-2.0
"""Computing cheap tensors again in the backward pass, instead of keeping them.

A convolution or linear map keeps its input for the gradient of its weight. Where that
input is the output of a norm, an activation or a depthwise convolution, it can be had
again from what is kept anyway, at a fraction of the map's own cost.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from mmmetaformer.compat.saved_tensor_hooks import can_read_hooks, innermost_hooks

from .fast import is_fast

__all__ = ['recomputed']


def recomputed(
    function: Callable[[Tensor], Tensor],
    x: Tensor,
    consumer: Callable[[Tensor], Tensor],
) -> Tensor:
    """`consumer(function(x))` that keeps x in place of function(x).

    Args:
        function: A cheap function without randomness, whose own backward keeps x at
            most.
        x: Its input.
        consumer: What would keep the function's output. A tensor that shares memory
            with the output is computed again too, others are kept.
    """
    value = function(x)
    if not (is_fast() and value.requires_grad and can_read_hooks()):
        return consumer(value)
    recipe = _Recipe(function, x, value)
    try:
        with saved_tensors_hooks(recipe.pack, recipe.unpack):
            return consumer(value)
    finally:
        recipe.close()


class _Recipe:
    """How to get a tensor again.

    Args:
        function: From the input to the tensor.
        x: The input.
        value: The tensor.
    """

    def __init__(
        self, function: Callable[[Tensor], Tensor], x: Tensor, value: Tensor
    ) -> None:
        self.function = function
        self.outer = innermost_hooks()
        self.x = self._pack_outside(x)
        self.x_layout = (x.size(), x.stride())
        self.storage: int | None = value.untyped_storage()._cdata
        self.version = value._version
        self.autocast = _autocast_now(value.device.type)
        self.uses = 0  # tensors that stand in for this value
        self.left = 0  # of them, those that were not fetched since `again` was made
        self.again: Tensor | None = None

    def close(self) -> None:
        """Forget the value's address, which another tensor may get."""
        self.storage = None

    def pack(self, tensor: Tensor) -> Any:
        """What to keep for a tensor: a view of the value if it is one."""
        same = tensor.untyped_storage()._cdata == self.storage
        if same and tensor._version == self.version:
            return _View(self, tensor)
        return self._pack_outside(tensor)

    def unpack(self, kept: Any) -> Tensor:
        """The tensor that `pack` was given."""
        if isinstance(kept, _View) and kept.recipe is self:
            return self._compute().as_strided(*kept.layout)
        return self._unpack_outside(kept)

    def _pack_outside(self, tensor: Tensor) -> Any:
        # Detached, lest a kept output keeps its own graph alive.
        tensor = tensor.detach()
        if self.outer is not None:
            return self.outer[0](tensor)
        return tensor, tensor._version

    def _unpack_outside(self, kept: Any) -> Tensor:
        if self.outer is not None:
            return self.outer[1](kept)
        tensor, version = kept
        if tensor._version != version:  # torch leaves this check to the hooks
            raise RuntimeError(
                'a tensor needed for gradient computation has been modified by an '
                f'inplace operation: {tuple(tensor.shape)} is at version '
                f'{tensor._version}; expected version {version} instead. To find the '
                'operation, enable anomaly detection with '
                'torch.autograd.set_detect_anomaly(True).'
            )
        return tensor

    def _compute(self) -> Tensor:
        """The value, computed once for all its uses."""
        if self.again is None:
            x = self._unpack_outside(self.x)
            size, stride = self.x_layout
            if x.stride() != stride:  # hooks that move tensors need not keep it
                x = x.new_empty_strided(size, stride).copy_(x)
            # As if for a gradient: without one, a function may overwrite its input.
            with torch.enable_grad(), self.autocast():
                self.again = self.function(x.detach().requires_grad_()).detach()
            self.left = self.uses
        again = self.again
        self.left -= 1
        if self.left == 0:
            self.again = None
        return again


class _View:
    """Stands in for a tensor that is a view of a recipe's value."""

    def __init__(self, recipe: _Recipe, tensor: Tensor) -> None:
        self.recipe = recipe
        self.layout = (tensor.size(), tensor.stride(), tensor.storage_offset())
        recipe.uses += 1


def _autocast_now(kind: str) -> Callable[[], AbstractContextManager[Any]]:
    """Makes contexts with the autocast that is in force for a kind of device."""
    if not torch.amp.is_autocast_available(kind):
        return nullcontext
    enabled = torch.is_autocast_enabled(kind)
    dtype = torch.get_autocast_dtype(kind)
    # Without its cache, which is the forward pass's.
    return lambda: torch.autocast(kind, dtype, enabled, cache_enabled=False)

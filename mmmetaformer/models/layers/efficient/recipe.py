# SPDX-License-Identifier: Apache-2.0
"""How a tensor is recomputed when the backward pass asks for it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor

from mmmetaformer.compat.saved_tensor_hooks import innermost_hooks

__all__ = ['Recipe']


class Recipe:
    """Recompute `value` as `function(*inputs)`, and save the inputs instead.

    Its `pack` and `unpack` are saved-tensor hooks. A tensor that shares memory with
    the value is recomputed too; all others go to the hooks in force outside. The value
    must be alive while the hooks are in force.

    Args:
        function: Deterministic, and saves no more than its inputs for its own backward
            pass.
        inputs: Its inputs.
        value: Its output.
    """

    def __init__(
        self, function: Callable[..., Tensor], inputs: Sequence[Tensor], value: Tensor
    ) -> None:
        self.function = function
        self.outer = innermost_hooks()
        self.inputs = [(self._pack_outside(x), x.size(), x.stride()) for x in inputs]
        self.storage = value.untyped_storage()._cdata
        self.version = value._version
        self.autocast = _autocast_now(value.device.type)
        self.uses = 0  # saved tensors that are views of the value
        self.left = 0  # of those, how many still have to fetch `recomputed`
        self.recomputed: Tensor | None = None

    def pack(self, tensor: Tensor) -> Any:
        """Return what to save for a tensor: a placeholder for a view of the value."""
        same = tensor.untyped_storage()._cdata == self.storage
        if same and tensor._version == self.version:
            return _View(self, tensor)
        return self._pack_outside(tensor)

    def unpack(self, saved: Any) -> Tensor:
        """Return the tensor that `pack` was called with."""
        if isinstance(saved, _View) and saved.recipe is self:
            return self._compute().as_strided(*saved.layout)
        return self._unpack_outside(saved)

    def _pack_outside(self, tensor: Tensor) -> Any:
        # Detached: an output that is saved with its graph would keep that graph alive.
        tensor = tensor.detach()
        if self.outer is not None:
            return self.outer[0](tensor)
        return tensor, tensor._version

    def _unpack_outside(self, saved: Any) -> Tensor:
        if self.outer is not None:
            return self.outer[1](saved)
        tensor, version = saved
        if tensor._version != version:  # torch leaves this check to hooks
            raise RuntimeError(
                'a tensor needed for gradient computation has been modified by an '
                f'inplace operation: {tuple(tensor.shape)} is at version '
                f'{tensor._version}; expected version {version} instead. To find the '
                'operation, enable anomaly detection with '
                'torch.autograd.set_detect_anomaly(True).'
            )
        return tensor

    def _fetch(self, saved: Any, size: torch.Size, stride: tuple[int, ...]) -> Tensor:
        x = self._unpack_outside(saved)
        if x.stride() != stride:  # hooks that move tensors may change it
            x = x.new_empty_strided(size, stride).copy_(x)
        return x.detach().requires_grad_()

    def _compute(self) -> Tensor:
        """Return the value, recomputed once for all its views."""
        if self.recomputed is None:
            inputs = [self._fetch(*saved) for saved in self.inputs]
            # With gradients, so that torch refuses a function that overwrites them.
            with torch.enable_grad(), self.autocast():
                self.recomputed = self.function(*inputs).detach()
            self.left = self.uses
        value = self.recomputed
        self.left -= 1
        if self.left == 0:
            self.recomputed = None
        return value


class _View:
    """Placeholder for a tensor that is a view of a recipe's value."""

    def __init__(self, recipe: Recipe, tensor: Tensor) -> None:
        self.recipe = recipe
        self.layout = (tensor.size(), tensor.stride(), tensor.storage_offset())
        recipe.uses += 1


def _autocast_now(kind: str) -> Callable[[], AbstractContextManager[Any]]:
    """Return a maker of contexts with the autocast in force for a type of device."""
    if not torch.amp.is_autocast_available(kind):
        return nullcontext
    enabled = torch.is_autocast_enabled(kind)
    dtype = torch.get_autocast_dtype(kind)
    return lambda: torch.autocast(kind, dtype, enabled)

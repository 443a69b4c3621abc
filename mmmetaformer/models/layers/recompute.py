# SPDX-License-Identifier: Apache-2.0
"""Computing cheap tensors again in the backward pass, instead of keeping them.

A convolution or linear map keeps its input for the gradient of its weight. Where that
input is a norm's or an activation's output, it can be had again from what is kept
anyway, at a fraction of the map's own cost.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

__all__ = ['observed', 'recomputed', 'set_recompute']


class _State(threading.local):
    """What is going on in this thread."""

    enabled = True
    active: tuple['_Recipe', ...] = ()
    observers: tuple[Callable[[Tensor], Any], ...] = ()


_state = _State()


def set_recompute(enabled: bool) -> bool:
    """Switch this way of saving memory on or off for the thread; it is on at first.

    Results are the same. Off, a training step takes less time on some machines, and
    up to twice the memory.

    Args:
        enabled: Whether to compute tensors again.

    Returns:
        What it was before.
    """
    before, _state.enabled = _state.enabled, enabled
    return before


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
    # A compiled graph decides by itself what it keeps.
    if not (_state.enabled and value.requires_grad) or torch.compiler.is_compiling():
        return consumer(value)
    recipe = _Recipe(function, _keep(x.detach()), value)
    before = _state.active
    _state.active = (*before, recipe)
    try:
        with torch.autograd.graph.saved_tensors_hooks(_keep, _fetch):
            return consumer(value)
    finally:
        recipe.finish()
        _state.active = before


@contextmanager
def observed(observer: Callable[[Tensor], Any]) -> Iterator[None]:
    """Show the observer each tensor that is kept here, past torch's own hooks.

    torch runs the innermost hooks only, which here are those of `recomputed`.

    Args:
        observer: Is called with each tensor, and what it gives is ignored.
    """
    before = _state.observers
    _state.observers = (*before, observer)
    try:
        yield
    finally:
        _state.observers = before


class _Recipe:
    """How to get a tensor again.

    Args:
        function: From the input to the tensor.
        kept: What `_keep` gave for the input.
        value: The tensor.
    """

    def __init__(
        self, function: Callable[[Tensor], Tensor], kept: Any, value: Tensor
    ) -> None:
        self.function = function
        self.kept = kept
        self.storage: int | None = value.untyped_storage()._cdata
        self.version = value._version
        kind = value.device.type
        self.autocast = dict(
            device_type=kind,
            dtype=torch.get_autocast_dtype(kind),
            enabled=torch.is_autocast_enabled(kind),
        )
        self.uses = 0  # tensors that stand in for this value
        self.left = 0  # of them, those that were not fetched since `again` was made
        self.again: Tensor | None = None

    def owns(self, tensor: Tensor) -> bool:
        """Whether a tensor is a view of the value, and nobody changed it in place."""
        same = tensor.untyped_storage()._cdata == self.storage
        return same and tensor._version == self.version

    def finish(self) -> None:
        """Forget the value's address, which another tensor may get."""
        self.storage = None

    def get(self) -> Tensor:
        """The value, computed once for all its uses."""
        if self.again is None:
            with torch.no_grad(), torch.autocast(**self.autocast):
                self.again = self.function(_fetch(self.kept))
            self.left = self.uses
        again = self.again
        self.left -= 1
        if self.left == 0:
            self.again = None
        return again


class _View:
    """A kept tensor that a recipe stands in for."""

    def __init__(self, recipe: _Recipe, tensor: Tensor) -> None:
        self.recipe = recipe
        self.layout = (tensor.size(), tensor.stride(), tensor.storage_offset())
        recipe.uses += 1

    def get(self) -> Tensor:
        """The tensor again."""
        return self.recipe.get().as_strided(*self.layout)


def _keep(tensor: Tensor) -> Any:
    """What to keep for a tensor: a recipe if one of the active ones has it."""
    for recipe in reversed(_state.active):
        if recipe.owns(tensor):
            return _View(recipe, tensor)
    for observer in _state.observers:
        observer(tensor)
    return tensor


def _fetch(kept: Any) -> Tensor:
    """The tensor that `_keep` was given."""
    return kept.get() if isinstance(kept, _View) else kept

# SPDX-License-Identifier: Apache-2.0
"""Modules that recompute cheap tensors in the backward pass instead of saving them.

A convolution or linear map saves its input for the gradient of its weight. Where that
input is the output of a norm, an activation or a depthwise convolution, recomputing it
costs a fraction of the map itself.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from mmmetaformer.compat.saved_tensor_hooks import can_read_hooks

from .eager import is_eager
from .overwriting import has_hooks
from .own_parameters import has_own_parameters
from .recipe import Recipe

__all__ = ['Recomputing', 'is_cheap']


class Recomputing(nn.Module):
    """A module whose `chain` saves only the start of a chain of functions.

    A backbone sets `recompute` of all such modules from its own argument.
    """

    #: Whether to recompute; False saves every tensor that autograd asks for.
    recompute = True

    def recomputes(self, x: Tensor | tuple[Tensor, ...]) -> bool:
        """Return whether a chain that starts with these inputs recomputes anything."""
        # torch.fx traces with objects that are no tensors.
        inputs = x if isinstance(x, tuple) else (x,)
        if not (self.recompute and all(isinstance(value, Tensor) for value in inputs)):
            return False
        return is_eager() and torch.is_grad_enabled() and can_read_hooks()

    def chain(
        self, x: Tensor | tuple[Tensor, ...], *functions: Callable[..., Tensor]
    ) -> Tensor:
        """Apply the functions in order, saving `x` instead of what lies between them.

        Results and gradients are those of plain calls. All is saved as usual with
        torch older than 2.8, and while torch traces, compiles or transforms.

        Args:
            x: Input of the first function, or a tuple of its inputs.
            functions: All but the last are cheap, and neither random nor with side
                effects: they run again in the backward pass.
        """
        if self.recomputes(x):
            return _chain(x if isinstance(x, tuple) else (x,), *functions)
        if isinstance(x, tuple):
            x, functions = functions[0](*x), functions[1:]
        for function in functions:  # without a second name for what x was
            x = function(x)
        return x

    def chain_after(
        self, linear: nn.Module, x: Tensor, *functions: Callable[..., Tensor]
    ) -> Tensor:
        """Apply a linear map and a chain, which begins with the map if it is cheap.

        Args:
            linear: Runs again if it `is_cheap`.
            x: Its input.
            functions: As in `chain`.
        """
        # Compilers need not trace the question.
        if self.recomputes(x) and is_cheap(linear):
            return _chain((x,), linear, *functions)
        return self.chain(linear(x), *functions)


def is_cheap(module: nn.Module) -> bool:
    """Return whether a module may run again instead of saving its output.

    Its class says so by a method `is_cheap()`. Subclasses, parametrized ones too, have
    to say it themselves. Hooks must not run again.
    """
    question = vars(type(module)).get('is_cheap')
    return question is not None and question(module) and not has_hooks(module)


def _chain(
    inputs: tuple[Tensor, ...],
    function: Callable[..., Tensor],
    *rest: Callable[[Tensor], Tensor],
) -> Tensor:
    value = function(*inputs)
    if not rest:
        return value
    lent = isinstance(function, nn.Module) and not has_own_parameters(function)
    # Without gradients, saving the inputs would save nothing.
    if lent or not value.requires_grad:
        return _chain((value,), *rest)
    recipe = Recipe(function, inputs, value)
    with saved_tensors_hooks(recipe.pack, recipe.unpack):
        return _chain((value,), *rest)

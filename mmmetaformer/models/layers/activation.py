# SPDX-License-Identifier: Apache-2.0
"""StarReLU, the activation of "MetaFormer Baselines for Vision" (arXiv 2210.13452)."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ['ACTIVATIONS', 'STAR_RELU_BIAS', 'STAR_RELU_SCALE', 'StarReLU']

# For x ~ N(0, 1), relu(x)^2 has mean 1/2 and variance 5/4; s = 2/sqrt(5) and
# b = -1/sqrt(5) give mean 0 and variance 1. The paper prints them rounded.
STAR_RELU_SCALE = 0.8944
STAR_RELU_BIAS = -0.4472


class _StarReLU(torch.autograd.Function):
    """Keeps its input only, where autograd would keep a tensor for each operation."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, scale, bias)
        return x.relu().square_().mul_(scale).add_(bias)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, scale, bias = ctx.saved_tensors
        positive = x.relu()
        product = positive * grad
        d_scale = (product * positive).sum().reshape(scale.shape)
        return product.mul_(2 * scale), d_scale, grad.sum().reshape(bias.shape)


class StarReLU(nn.Module):
    """`scale * relu(x)^2 + bias`, one scalar each for the whole layer.

    Learnable scalars start at 1 and 0, as in the published models. Fixed ones are
    the paper's constants and no part of the state dict.

    Args:
        learnable: Whether the two scalars are trained.
    """

    scale: Tensor
    bias: Tensor

    def __init__(self, learnable: bool = True) -> None:
        super().__init__()
        self.learnable = learnable
        if learnable:
            self.scale = nn.Parameter(torch.ones(1))
            self.bias = nn.Parameter(torch.zeros(1))
        else:
            scale, bias = torch.tensor([[STAR_RELU_SCALE], [STAR_RELU_BIAS]])
            self.register_buffer('scale', scale, persistent=False)
            self.register_buffer('bias', bias, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same shape."""
        return _StarReLU.apply(x, self.scale, self.bias)

    def extra_repr(self) -> str:
        """What `print(module)` shows."""
        return f'learnable={self.learnable}'


def _fixed_star_relu() -> StarReLU:
    return StarReLU(learnable=False)


#: What `act` may name in a backbone's arguments.
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    'star_relu': StarReLU,
    'star_relu_fixed': _fixed_star_relu,
    'gelu': nn.GELU,
    'relu': nn.ReLU,
}

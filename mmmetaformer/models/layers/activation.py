# SPDX-License-Identifier: Apache-2.0
"""StarReLU, the activation of "MetaFormer Baselines for Vision" (arXiv 2210.13452)."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from .fast import is_fast
from .star_relu import star_relu

__all__ = ['ACTIVATIONS', 'STAR_RELU_BIAS', 'STAR_RELU_SCALE', 'StarReLU']

# For x ~ N(0, 1), relu(x)^2 has mean 1/2 and variance 5/4; s = 2/sqrt(5) and
# b = -1/sqrt(5) give mean 0 and variance 1. The paper prints them rounded.
STAR_RELU_SCALE = 0.8944
STAR_RELU_BIAS = -0.4472


class StarReLU(nn.Module):
    """`scale * relu(x)^2 + bias`, one scalar each for the whole layer.

    Learnable scalars start at 1 and 0, as in the published models. Fixed ones are
    the paper's constants and no part of the state dict.

    Args:
        learnable: Whether the two scalars are trained.
        inplace: Whether a fast way may overwrite the input when no gradient is asked
            for, as a map's own output allows.
    """

    scale: Tensor
    bias: Tensor

    def __init__(self, learnable: bool = True, inplace: bool = False) -> None:
        super().__init__()
        self.learnable = learnable
        self.inplace = inplace
        if learnable:
            self.scale = nn.Parameter(torch.ones(1))
            self.bias = nn.Parameter(torch.zeros(1))
        else:
            scale, bias = torch.tensor([[STAR_RELU_SCALE], [STAR_RELU_BIAS]])
            self.register_buffer('scale', scale, persistent=False)
            self.register_buffer('bias', bias, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same shape and precision."""
        if is_fast():
            return star_relu(x, self.scale, self.bias, self.inplace)
        return (self.scale * x.relu().square() + self.bias).to(x.dtype)

    def extra_repr(self) -> str:
        """What `print(module)` shows."""
        return f'learnable={self.learnable}'


#: What `act` may name in a backbone's arguments. All stand behind a map, whose output
#: nobody else needs.
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    'star_relu': partial(StarReLU, inplace=True),
    'star_relu_fixed': partial(StarReLU, learnable=False, inplace=True),
    'gelu': nn.GELU,
    'relu': nn.ReLU,
}

# SPDX-License-Identifier: Apache-2.0
"""StarReLU, the activation of "MetaFormer Baselines for Vision" (arXiv 2210.13452)."""

from collections.abc import Callable
from functools import partial

import torch
import torch.fx
from torch import Tensor, nn

from . import efficient

__all__ = ['ACTIVATIONS', 'STAR_RELU_BIAS', 'STAR_RELU_SCALE', 'StarReLU']

# For x ~ N(0, 1), relu(x)^2 has mean 1/2 and variance 5/4; s = 2/sqrt(5) and
# b = -1/sqrt(5) give mean 0 and variance 1. The paper prints them rounded.
STAR_RELU_SCALE = 0.8944
STAR_RELU_BIAS = -0.4472


class StarReLU(nn.Module):
    """`scale * relu(x)^2 + bias`, with one scalar each for the whole layer.

    Learnable scalars start at 1 and 0, as in the published models. Fixed scalars are
    the paper's constants and not in the state dict.

    Args:
        learnable: Whether the two scalars are trained.
    """

    scale: Tensor
    bias: Tensor
    can_overwrite = True  # see `overwriting`

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

    def forward(self, x: Tensor, overwrite: bool = False) -> Tensor:
        """Map any shape to the same shape and precision.

        Args:
            x: The input.
            overwrite: Whether the result may take the memory of x. Only for callers
                that own x and record no gradients (`overwriting`).
        """
        # torch.fx traces with proxies; its graphs may return x too.
        overwrite = overwrite and isinstance(x, Tensor)
        return _star_relu(x, self.scale, self.bias, overwrite)

    def extra_repr(self) -> str:
        """Return what `print(module)` shows."""
        return f'learnable={self.learnable}'


def _star_relu(x: Tensor, scale: Tensor, bias: Tensor, overwrite: bool) -> Tensor:
    if efficient.use_kernels():
        return efficient.star_relu(x, scale, bias, overwrite)
    return (scale * x.relu().square() + bias).to(x.dtype)


# torch.fx records a call: which way to take depends on the tensor.
torch.fx.wrap('_star_relu')

#: Names for `act` in the arguments of a backbone.
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    'star_relu': StarReLU,
    'star_relu_fixed': partial(StarReLU, learnable=False),
    'gelu': nn.GELU,
    'relu': nn.ReLU,
}

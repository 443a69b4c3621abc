# SPDX-License-Identifier: Apache-2.0
"""The channel mixer of a block."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .efficient import Recomputing, autocast_dtype, has_hooks, overwriting
from .init import init_weights
from .pointwise import Pointwise
from .scale import Scale

__all__ = ['Mlp']


class Mlp(Recomputing):
    """Two linear maps of the channels with an activation between them.

    Args:
        dim: Number of channels.
        act: Makes the activation.
        bias: Whether the maps have a bias (PoolFormer's do).
        ratio: Hidden channels per input channel.
    """

    def __init__(
        self,
        dim: int,
        act: Callable[[], nn.Module],
        bias: bool = False,
        ratio: int = 4,
    ) -> None:
        super().__init__()
        self.fc1 = Pointwise(dim, ratio * dim, bias=bias)
        self.act = act()
        self.fc2 = Pointwise(ratio * dim, dim, bias=bias)
        self.apply(init_weights)

    def takes(self, scale: Scale, x: Tensor) -> bool:
        """Return whether the factor of a scale behind it may be part of `fc2`.

        Hooks must be called, and what users put in the place of `fc2`. In float16, the
        weight times a factor near 0 would be 0.

        Args:
            scale: The scale.
            x: The input of the MLP.
        """
        plain = type(self.fc2) is Pointwise
        hooked = any(map(has_hooks, (self, self.fc2, scale)))
        return plain and not hooked and autocast_dtype(x) != torch.float16

    def forward(self, x: Tensor, factor: Tensor | None = None) -> Tensor:
        """Map (N, dim, H, W) to (N, dim, H, W).

        Args:
            x: The input.
            factor: Multiplies the output, (dim,). Only if the MLP `takes` its scale.
        """
        act = overwriting(self.fc1, self.act)
        last = self.fc2 if factor is None else partial(self._scaled, factor=factor)
        return self.chain_after(self.fc1, x, act, last)

    def _scaled(self, x: Tensor, factor: Tensor) -> Tensor:
        """Apply `fc2` with its outputs multiplied, saving neither them nor its product.

        The result has the precision of a `Scale` behind `fc2`.
        """
        bias = self.fc2.bias

        def convolve(weight: Tensor) -> Tensor:
            own = None if bias is None else bias * factor
            return F.conv2d(x, weight[:, :, None, None], own)

        out = self.chain((self.fc2.weight, factor), _multiply_rows, convolve)
        return out.to(torch.promote_types(out.dtype, factor.dtype))


def _multiply_rows(weight: Tensor, factor: Tensor) -> Tensor:
    return weight * factor[:, None]

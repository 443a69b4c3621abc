# SPDX-License-Identifier: Apache-2.0
"""The channel mixer of a block."""

from collections.abc import Callable

from torch import Tensor, nn

from .efficient import Recomputing, overwriting
from .init import init_weights
from .pointwise import Pointwise

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

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, dim, H, W)."""
        act = overwriting(self.fc1, self.act)
        return self.chain_after(self.fc1, x, act, self.fc2)

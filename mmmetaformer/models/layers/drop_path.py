# SPDX-License-Identifier: Apache-2.0
"""Stochastic depth (arXiv 1603.09382)."""

from torch import Tensor, nn

__all__ = ['DropPath']


class DropPath(nn.Module):
    """In training, drop the branch of each image with probability `p`.

    The branches that stay are divided by `1 - p`. The random numbers are those of
    torchvision's `StochasticDepth` with `mode='row'`.

    Args:
        p: Probability in [0, 1).
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H, W)."""
        if not self.training or self.p == 0:
            return x
        keep = 1 - self.p
        return x * x.new_empty(x.shape[0], 1, 1, 1).bernoulli_(keep).div_(keep)

    def extra_repr(self) -> str:
        """Return what `print(module)` shows."""
        return f'p={self.p}'

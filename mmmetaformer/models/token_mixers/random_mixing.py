# SPDX-License-Identifier: Apache-2.0
"""The mixer of RandFormer (arXiv 2210.13452)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmetaformer.registry import TOKEN_MIXERS

__all__ = ['RandomMixing']


@TOKEN_MIXERS.register_module('random_mixing')
class RandomMixing(nn.Module):
    """Mixes positions by a fixed random matrix whose rows sum to one.

    The paper's matrix fits one input size (14x14 positions in stage 3, 7x7 in stage
    4, at 224 pixels). For any other size the map is average-pooled to that grid,
    mixed, and resized back bilinearly: exact on the grid itself, global, of linear
    cost, and still a mean over the image at every position.

    Args:
        dim: Number of channels.
        grid: Height and width of the grid that the matrix mixes.
    """

    def __init__(self, dim: int, grid: tuple[int, int] = (14, 14)) -> None:
        super().__init__()
        self.grid = (grid[0], grid[1])
        tokens = self.grid[0] * self.grid[1]
        matrix = torch.rand(tokens, tokens).softmax(dim=-1)
        # A parameter and no buffer: so it is in the published checkpoints.
        self.random_matrix = nn.Parameter(matrix, requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, dim, H, W) to (N, dim, H, W)."""
        size = x.shape[-2:]
        on_grid = tuple(size) == self.grid
        if not on_grid:
            x = F.adaptive_avg_pool2d(x, self.grid)
        x = (x.flatten(2) @ self.random_matrix.T).unflatten(2, self.grid)
        if not on_grid:
            x = F.interpolate(x, size, mode='bilinear', align_corners=False)
        return x

    def extra_repr(self) -> str:
        """What `print(module)` shows."""
        return f'grid={self.grid}'

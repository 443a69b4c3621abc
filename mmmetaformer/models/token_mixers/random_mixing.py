# SPDX-License-Identifier: Apache-2.0
"""The mixer of RandFormer (arXiv 2210.13452)."""

import torch
import torch.fx
import torch.nn.functional as F
from torch import Tensor, nn

from mmmetaformer.registry import TOKEN_MIXERS

__all__ = ['RandomMixing']


@TOKEN_MIXERS.register_module('random_mixing')
class RandomMixing(nn.Module):
    """Mix positions with a fixed random matrix whose rows sum to one.

    The paper's matrix fits one input size (14x14 positions in stage 3, 7x7 in stage
    4, at 224 pixels). A map of another size is average-pooled to that grid, mixed, and
    resized back bilinearly. This is exact on the grid itself, global, of linear cost,
    and still a mean over the image at every position.

    Args:
        dim: Number of channels.
        grid: Height and width of the grid that the matrix mixes.
    """

    def __init__(self, dim: int, grid: tuple[int, int] = (14, 14)) -> None:
        super().__init__()
        self.grid = (grid[0], grid[1])
        tokens = self.grid[0] * self.grid[1]
        matrix = torch.rand(tokens, tokens).softmax(dim=-1)
        # A parameter rather than a buffer, as in the published checkpoints.
        self.random_matrix = nn.Parameter(matrix, requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, dim, H, W)."""
        return _mix_on_grid(x, self.random_matrix, self.grid)

    def extra_repr(self) -> str:
        """Return what `print(module)` shows."""
        return f'grid={self.grid}'


def _mix_on_grid(x: Tensor, matrix: Tensor, grid: tuple[int, int]) -> Tensor:
    size = x.shape[-2:]
    if tuple(size) == grid:
        return _mix(x, matrix)
    x = _mix(F.adaptive_avg_pool2d(x, grid), matrix)
    return F.interpolate(x, size, mode='bilinear', align_corners=False)


def _mix(x: Tensor, matrix: Tensor) -> Tensor:
    # One product per image. With a single matrix, torch views images and channels as
    # one dimension, and torch.compile of torch 2.14 fails on a CPU: its FakeTensor does
    # not have the strides of the group norm before (pytorch#192668: of batch norm).
    mixed = x.flatten(2) @ matrix.T.expand(len(x), -1, -1)
    return mixed.unflatten(2, x.shape[-2:])


# torch.fx records a call: the steps depend on the size of the map.
torch.fx.wrap('_mix_on_grid')

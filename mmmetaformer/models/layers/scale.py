# SPDX-License-Identifier: Apache-2.0
"""A learnable factor per channel."""

import torch
from torch import Tensor, nn

__all__ = ['Scale']


class Scale(nn.Module):
    """Multiply each channel by a learnable factor.

    On a branch this is LayerScale (arXiv 2103.17239, starts near 0), on a shortcut
    ResScale (arXiv 2110.09456, starts at 1).

    Args:
        dim: Number of channels.
        init_value: Initial value of every factor.
    """

    def __init__(self, dim: int, init_value: float) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.full((dim,), init_value))

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H, W)."""
        return x * self.scale[:, None, None]

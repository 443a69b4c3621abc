# SPDX-License-Identifier: Apache-2.0
"""A learnt factor per channel."""

import torch
from torch import Tensor, nn

__all__ = ['Scale']


class Scale(nn.Module):
    """Multiplies each channel by a learnt factor.

    On the branch it is LayerScale (arXiv 2103.17239, starts near 0), on the shortcut
    ResScale (arXiv 2110.09456, starts at 1).

    Args:
        dim: Number of channels.
        init_value: What every factor starts from.
    """

    def __init__(self, dim: int, init_value: float) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.full((dim,), init_value))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, H, W)."""
        return x * self.scale[:, None, None]

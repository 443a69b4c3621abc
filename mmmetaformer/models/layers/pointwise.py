# SPDX-License-Identifier: Apache-2.0
"""A linear map of the channels at each position."""

import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ['Pointwise']


class Pointwise(nn.Linear):
    """1x1 convolution that stores its weight like a linear layer, as (out, in).

    The published checkpoints have that shape.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_features, H, W) to (N, out_features, H, W)."""
        return F.conv2d(x, self.weight[:, :, None, None], self.bias)

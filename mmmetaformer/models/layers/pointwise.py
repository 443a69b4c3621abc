# SPDX-License-Identifier: Apache-2.0
"""A linear map of the channels at each position."""

import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ['Pointwise']

#: Channels up to which a map is cheap: of the first stage, up to the sizes M.
CHEAP = 96


class Pointwise(nn.Linear):
    """1x1 convolution that stores its weight like a linear layer, as (out, in).

    The published checkpoints have that shape.
    """

    def is_cheap(self) -> bool:
        """Return whether it may be computed again instead of saving its output.

        So may the maps of a first stage, whose outputs are the largest: an element
        takes as many multiplications as channels, in a depthwise convolution 49.
        """
        return self.in_features <= CHEAP

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_features, H, W) to (N, out_features, H, W)."""
        return F.conv2d(x, self.weight[:, :, None, None], self.bias)

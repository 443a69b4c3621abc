# SPDX-License-Identifier: Apache-2.0
"""A linear map of the channels at each position."""

import torch.nn.functional as F
from torch import Tensor, nn

from .efficient import has_hooks

__all__ = ['Pointwise']

#: Channels up to which a map is cheap.
CHEAP = 64


class Pointwise(nn.Linear):
    """1x1 convolution that stores its weight like a linear layer, as (out, in).

    The published checkpoints have that shape.
    """

    def is_cheap(self) -> bool:
        """Return whether to compute it again takes no longer than to read its output.

        So it is with the 64 channels of the first stage. Hooks must not run again, nor
        anything that was put in its place.
        """
        plain = type(self) is Pointwise and not has_hooks(self)
        return plain and self.in_features <= CHEAP

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_features, H, W) to (N, out_features, H, W)."""
        return F.conv2d(x, self.weight[:, :, None, None], self.bias)

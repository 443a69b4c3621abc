# SPDX-License-Identifier: Apache-2.0
"""A linear map of the channels at each position."""

import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ['Pointwise']


class Pointwise(nn.Linear):
    """1x1 convolution whose weight is stored as a linear layer's, (out, in).

    That is the shape in the published checkpoints, and channels that are mapped
    alike get the same initial values in every memory layout.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_features, H, W) to (N, out_features, H, W)."""
        return F.conv2d(x, self.weight[:, :, None, None], self.bias)

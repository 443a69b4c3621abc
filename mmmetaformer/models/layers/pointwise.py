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

    def forward_affine(self, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """The same for `scale * x + shift`, which is never computed.

        The two scalars go into the small tensors: the weight, and the bias.

        Args:
            x: (N, in_features, H, W).
            scale: A scalar, of shape (1,).
            shift: A scalar, of shape (1,).
        """
        bias = shift * self.weight.sum(1)
        if self.bias is not None:
            bias = bias + self.bias
        return F.conv2d(x, (scale * self.weight)[:, :, None, None], bias)

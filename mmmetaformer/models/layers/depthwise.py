# SPDX-License-Identifier: Apache-2.0
"""Depthwise convolution."""

import torch.fx
import torch.nn.functional as F
from torch import Tensor, nn

from . import efficient

__all__ = ['Depthwise']


class Depthwise(nn.Conv2d):
    """Convolution of each channel with its own kernel, at stride 1 and without bias.

    Args:
        dim: Number of channels.
        kernel_size: Side of the kernel in positions, odd.
    """

    def __init__(self, dim: int, kernel_size: int) -> None:
        super().__init__(
            dim, dim, kernel_size, padding=kernel_size // 2, groups=dim, bias=False
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, dim, H, W)."""
        return _depthwise_conv2d(x, self.weight)


def _depthwise_conv2d(x: Tensor, weight: Tensor) -> Tensor:
    kernels = efficient.depthwise
    if efficient.use_kernels(compiled=True):
        if efficient.runs_in_onednn(x, weight):
            return kernels.in_onednn.depthwise_conv2d(x, weight)
        if kernels.in_cudnn.applies_to(x):
            return kernels.in_cudnn.depthwise_conv2d(x, weight)
    return F.conv2d(x, weight, padding=weight.shape[-1] // 2, groups=len(weight))


# torch.fx records a call: which way to take depends on the tensors.
torch.fx.wrap('_depthwise_conv2d')

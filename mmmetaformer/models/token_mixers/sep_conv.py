# SPDX-License-Identifier: Apache-2.0
"""The mixer of ConvFormer and of CAFormer's first two stages (arXiv 2210.13452)."""

from torch import Tensor, nn

from mmmetaformer.errors import ConfigError, check_choice
from mmmetaformer.models.layers import (
    ACTIVATIONS,
    Depthwise,
    Pointwise,
    init_weights,
    recomputed,
)
from mmmetaformer.registry import TOKEN_MIXERS

__all__ = ['SepConv']


@TOKEN_MIXERS.register_module('sep_conv')
class SepConv(nn.Module):
    """Inverted separable convolution of MobileNetV2 (arXiv 1801.04381), bias-free.

    Args:
        dim: Number of channels.
        expansion_ratio: Channels of the depthwise convolution per input channel.
        kernel_size: Side of the depthwise kernel in positions, odd.
        act: Activation before the depthwise convolution, a name in ACTIVATIONS.
    """

    def __init__(
        self,
        dim: int,
        expansion_ratio: int = 2,
        kernel_size: int = 7,
        act: str = 'star_relu',
    ) -> None:
        super().__init__()
        if kernel_size % 2 == 0:
            raise ConfigError(f'sep_conv needs an odd kernel_size, got {kernel_size}')
        check_choice('act', act, ACTIVATIONS)
        hidden = expansion_ratio * dim
        self.pwconv1 = Pointwise(dim, hidden, bias=False)
        self.act1 = ACTIVATIONS[act]()
        self.dwconv = Depthwise(hidden, kernel_size)
        self.pwconv2 = Pointwise(hidden, dim, bias=False)
        self.apply(init_weights)

    def forward(self, x: Tensor) -> Tensor:
        """(N, dim, H, W) to (N, dim, H, W)."""
        return recomputed(self.act1, self.pwconv1(x), self._mix)

    def _mix(self, x: Tensor) -> Tensor:
        """From the activation, (N, hidden, H, W), to the output, (N, dim, H, W)."""
        # An element costs kernel_size^2 MACs to have again, not `dim` as a map's do.
        return recomputed(self.dwconv, x, self.pwconv2)

# SPDX-License-Identifier: Apache-2.0
"""The mixer of ConvFormer and of CAFormer's first two stages (arXiv 2210.13452)."""

from torch import Tensor

from mmmetaformer.errors import ConfigError, check_choice
from mmmetaformer.models.layers import (
    ACTIVATIONS,
    Depthwise,
    Pointwise,
    Recomputing,
    init_weights,
    overwriting,
)
from mmmetaformer.registry import TOKEN_MIXERS

__all__ = ['SepConv']


@TOKEN_MIXERS.register_module('sep_conv')
class SepConv(Recomputing):
    """Inverted separable convolution of MobileNetV2 (arXiv 1801.04381), without biases.

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
            raise ConfigError(f'kernel_size of sep_conv must be odd, got {kernel_size}')
        check_choice('act', act, ACTIVATIONS)
        hidden = expansion_ratio * dim
        self.pwconv1 = Pointwise(dim, hidden, bias=False)
        self.act1 = ACTIVATIONS[act]()
        self.dwconv = Depthwise(hidden, kernel_size)
        self.pwconv2 = Pointwise(hidden, dim, bias=False)
        self.apply(init_weights)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, dim, H, W)."""
        act = overwriting(self.pwconv1, self.act1)
        # Recomputing dwconv is cheap too: kernel_size^2 MACs an element, not `dim`.
        return self.chain_after(self.pwconv1, x, act, self.dwconv, self.pwconv2)

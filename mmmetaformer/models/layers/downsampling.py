# SPDX-License-Identifier: Apache-2.0
"""The convolution before each stage."""

from collections.abc import Callable

from torch import Tensor, nn

from .efficient import Recomputing
from .init import init_weights

__all__ = ['Downsampling']


class Downsampling(Recomputing):
    """Strided convolution with an optional norm before or after it.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Side of the kernel in pixels.
        stride: Step in pixels.
        padding: Zero padding in pixels.
        pre_norm: Makes the norm before the convolution, None for none.
        post_norm: Makes the norm after the convolution, None for none.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int,
        padding: int,
        pre_norm: Callable[[int], nn.Module] | None = None,
        post_norm: Callable[[int], nn.Module] | None = None,
    ) -> None:
        super().__init__()
        self.pre_norm = pre_norm(in_channels) if pre_norm else nn.Identity()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding)
        self.post_norm = post_norm(out_channels) if post_norm else nn.Identity()
        self.apply(init_weights)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, in_channels, H, W) to (N, out_channels, ~H / stride, ~W / stride)."""
        return self.post_norm(self.chain(x, self.pre_norm, self.conv))

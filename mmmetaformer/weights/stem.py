# SPDX-License-Identifier: Apache-2.0
"""Adapt a stem to another number of input channels."""

import torch
from torch import Tensor

__all__ = ['STEM', 'adapt_stem']

STEM = 'downsample_layers.0.conv.weight'


def adapt_stem(weight: Tensor, in_channels: int) -> Tensor:
    """Adapt a stem to `in_channels`, with the same output for a gray image.

    The sum over the input channels does not change. With more channels than before,
    the old ones keep their weights and the new ones get the mean of these, all scaled
    by C / in_channels. With fewer, each gets an equal part of the sum.

    Args:
        weight: (dim, C, 7, 7).
        in_channels: Number of input channels to adapt to.

    Returns:
        (dim, in_channels, 7, 7).
    """
    before = weight.shape[1]
    mean = weight.mean(1, keepdim=True)
    if in_channels < before:
        parts = mean.expand(-1, in_channels, -1, -1)
    else:
        parts = torch.cat([weight, mean.expand(-1, in_channels - before, -1, -1)], 1)
    return parts * (before / in_channels)

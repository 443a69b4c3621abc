# SPDX-License-Identifier: Apache-2.0
"""The network of mmseg's UPerHead without the join of its levels.

mmseg upsamples four maps of all channels to the largest size, joins them and convolves
the result. The convolution is the sum of one for each level, with a slice of the
weight. On a CPU, each is computed from the small map.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from mmcv.cnn import ConvModule
from mmseg.models import decode_heads
from torch import Tensor, nn

from mmmetaformer.models.layers.efficient import (
    runs_in_onednn,
    saves_time,
    upsampled_conv2d,
    use_kernels,
)
from mmmetaformer.models.necks import convolve_sums

from .features import RecomputingHead, in_turn
from .norm_relu import NormReLU

__all__ = ['UPerFeatures']

Maps = list[Tensor]


class UPerFeatures(RecomputingHead, decode_heads.UPerHead):
    """mmseg's UPerHead, computed with less memory.

    Args:
        arguments: Those of the base class and of mmseg's head.
    """

    # What mmseg's head has, for type checkers.
    channels: int
    fpn_bottleneck: Any
    fpn_convs: Any
    lateral_convs: Any
    psp_forward: Any

    def forward(self, inputs: Maps) -> Tensor:
        """Map feature maps to logits (N, classes, h, w)."""
        overridden = type(self)._forward_feature is not UPerFeatures._forward_feature
        if overridden or not self._sums_levels(inputs):
            return super().forward(inputs)
        return self.classify(self._joined(inputs), self.fpn_bottleneck)

    def _forward_feature(self, inputs: Maps) -> Tensor:
        if not self._sums_levels(inputs):
            return super()._forward_feature(inputs)
        return NormReLU(self.fpn_bottleneck)(self._joined(inputs))

    def _sums_levels(self, inputs: Maps) -> bool:
        conv = self.fpn_bottleneck.conv
        # Without gradients there is nothing to save, but the small maps save time.
        if not (torch.is_grad_enabled() or runs_in_onednn(inputs[0], conv.weight)):
            return False
        parts = [*self.lateral_convs, *self.fpn_convs, self.fpn_bottleneck]
        return self.takes_kernels(*parts) and _keeps_size(conv)

    def _joined(self, inputs: Maps) -> Tensor:
        """Return the output of the convolution over all levels."""
        inputs = self._transform_inputs(inputs)
        size = inputs[0].shape[2:]
        conv = self.fpn_bottleneck.conv
        top = self.psp_forward(inputs)
        merges = [_Merge(self, lateral) for lateral in self.lateral_convs]
        # Before norm and ReLU.
        convs = [part.conv for part in self.fpn_convs]
        levels = [*convolve_sums(self, inputs[:-1], top, merges, convs), top]
        weights = conv.weight.split(self.channels, 1)
        before = [*([NormReLU(part)] for part in self.fpn_convs), []]
        # One by one, the largest first: its gradient is then computed last.
        parts = (
            self._convolve(x, weight, size, *functions)
            for x, weight, functions in zip(levels, weights, before, strict=True)
        )
        joined = next(parts)
        for part in parts:
            joined.add_(part)
        return joined if conv.bias is None else joined.add_(conv.bias[:, None, None])

    def _convolve(
        self,
        x: Tensor,
        weight: Tensor,
        size: torch.Size,
        *before: Callable[[Tensor], Tensor],
    ) -> Tensor:
        """Convolve a level at a size, after applying functions at its own."""
        conv = self.fpn_bottleneck.conv
        if x.shape[2:] == size:
            return self.chain(x, *before, partial(_convolve, conv, weight))
        on_small = use_kernels() and runs_in_onednn(x, weight)
        if on_small and saves_time(x, weight, (size[0], size[1])):
            convolve = partial(
                upsampled_conv2d,
                weight=weight,
                size=(size[0], size[1]),
                align_corners=self.align_corners,
            )
            return self.chain(x, *before, convolve)
        upsample = in_turn(*before, partial(self.resize, size=size))
        return self.chain(x, upsample, partial(_convolve, conv, weight))


class _Merge:
    """A level's input as a lateral map, plus the map above.

    Args:
        head: The head.
        lateral: The module of the level.
    """

    def __init__(self, head: UPerFeatures, lateral: ConvModule) -> None:
        self.head, self.conv = head, lateral.conv
        self.activate = NormReLU(lateral)

    def __call__(self, x: Tensor, upper: Tensor) -> Tensor:
        # This convolution is of 1x1 and of few channels: cheap.
        own = self.head.chain(x, self.conv, self.activate)
        return own.add_(self.head.resize(upper, own.shape[2:]))


def _convolve(conv: nn.Conv2d, weight: Tensor, x: Tensor) -> Tensor:
    return F.conv2d(x, weight, None, conv.stride, conv.padding, conv.dilation)


def _keeps_size(conv: nn.Conv2d) -> bool:
    """Return whether it is a convolution of the kind that `upsampled_conv2d` takes."""
    height, width = conv.kernel_size
    centered = height == width and conv.padding == (height // 2, width // 2)
    return centered and height % 2 == 1 and {*conv.stride, *conv.dilation} == {1}

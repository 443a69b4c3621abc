# SPDX-License-Identifier: Apache-2.0
"""What the heads have in common that save less for the backward pass."""

from collections.abc import Callable
from typing import Any

import torch
from mmcv.cnn import ConvModule
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.models.utils import resize
from torch import Tensor, nn

from mmmetaformer.compat.saved_tensor_hooks import can_read_hooks
from mmmetaformer.models.layers import Recomputing, has_hooks
from mmmetaformer.models.layers.efficient import use_kernels

from .conv_module import is_conv_norm_relu
from .norm_relu import NormReLU

__all__ = ['RecomputingHead', 'in_turn']


class RecomputingHead(Recomputing, BaseDecodeHead):
    """A head that recomputes norms, activations and upsampled maps.

    It does for parts that are a convolution, a batch norm and a ReLU each; with any
    other part, all is as in mmseg.

    Args:
        recompute: False computes and saves everything as mmseg does.
        arguments: Those of mmseg's head.
    """

    # What mmseg's heads have, for type checkers.
    align_corners: bool
    cls_seg: Any
    conv_seg: Any
    dropout: Any
    _transform_inputs: Any

    def __init__(self, *, recompute: bool = True, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.recompute = recompute

    def takes_kernels(self, *parts: nn.Module) -> bool:
        """Return whether to compute in another way than mmseg, given these parts."""
        if not (self.recompute and use_kernels() and can_read_hooks()):
            return False
        return all(is_conv_norm_relu(part) for part in parts)

    def resize(self, x: Tensor, size: torch.Size) -> Tensor:
        """Resize (N, C, h, w) as mmseg does."""
        return resize(x, size, mode='bilinear', align_corners=self.align_corners)

    def classify(self, x: Tensor, last: ConvModule) -> Tensor:
        """Return logits of the output (N, C, h, w) of the last convolution.

        Args:
            x: The output.
            last: The module of that convolution, whose norm and ReLU are to come.
        """
        normalize = NormReLU(last)
        cls_seg = type(self).cls_seg
        dropout = self.dropout
        known = type(dropout) is nn.Dropout2d and not has_hooks(dropout)
        special = dropout is not None and not known
        if special or cls_seg is not BaseDecodeHead.cls_seg:
            return self.cls_seg(normalize(x))
        # What mmseg's dropout multiplies with, from the same random numbers.
        noise = self._noise(x)

        def activate(x: Tensor) -> Tensor:
            return normalize(x) if noise is None else normalize(x).mul_(noise)

        return self.chain(x, activate, self.conv_seg)

    def _noise(self, x: Tensor) -> Tensor | None:
        if self.dropout is None or not self.dropout.training:
            return None
        return self.dropout(x.new_ones(*x.shape[:2], 1, 1))


def in_turn(*functions: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Return the function that applies these, the first one first."""

    def apply(x: Tensor) -> Tensor:
        for function in functions:
            x = function(x)
        return x

    return apply

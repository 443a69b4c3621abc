# SPDX-License-Identifier: Apache-2.0
"""The network of mmseg's FPNHead with the outputs of its convolutions alone saved."""

from collections.abc import Callable
from typing import Any

import torch
from mmcv.cnn import ConvModule
from mmseg.models import decode_heads
from mmseg.models.utils import Upsample
from torch import Tensor

from mmmetaformer.models.layers import has_hooks

from .features import RecomputingHead, in_turn
from .norm_relu import NormReLU

__all__ = ['FPNFeatures']


class FPNFeatures(RecomputingHead, decode_heads.FPNHead):
    """mmseg's FPNHead, computed with less memory.

    Args:
        arguments: Those of the base class and of mmseg's head.
    """

    scale_heads: Any  # mmseg's, for type checkers

    def forward(self, inputs: list[Tensor]) -> Tensor:
        """Map feature maps to logits (N, classes, h, w)."""
        parts = [part for head in self.scale_heads for part in head]
        convs = [part for part in parts if type(part) is not Upsample]
        # Those of the lists would not be called, those of Upsample twice.
        hooked = any(map(has_hooks, self.scale_heads.modules()))
        # Without gradients there is nothing to save.
        saves = torch.is_grad_enabled() and not hooked
        if not (saves and self.takes_kernels(*convs)):
            return super().forward(inputs)
        inputs = self._transform_inputs(inputs)
        output = self._scale(self.scale_heads[0], inputs[0])
        for head, x in zip(self.scale_heads[1:], inputs[1:], strict=True):
            own = self._scale(head, x)
            if own.shape != output.shape:
                own = self.resize(own, output.shape[2:])
            output.add_(own)
        return self.cls_seg(output)

    def _scale(self, head: Any, x: Tensor) -> Tensor:
        """Return the output of a level, whose norms, ReLUs and resizing run again."""
        first, *rest = head
        x = first.conv(x)
        before: list[Callable[[Tensor], Tensor]] = [NormReLU(first)]
        for part in rest:
            if isinstance(part, ConvModule):
                x = self.chain(x, in_turn(*before), part.conv)
                before = [NormReLU(part)]
            else:
                before.append(part)
        return in_turn(*before)(x)

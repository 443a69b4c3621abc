# SPDX-License-Identifier: Apache-2.0
"""mmseg's heads with a loss that saves less for the backward pass.

Networks, arguments, checkpoints, losses and their names are mmseg's. A config names
these heads with their package: `type='mmmetaformer.segmentation.UPerHead'`. They are in
no registry, because looking a backbone up would then import mmseg.
"""

from typing import Any

import torch
from mmseg.models import decode_heads
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.models.losses import CrossEntropyLoss
from mmseg.utils import SampleList
from torch import Tensor

from mmmetaformer.models.layers.efficient import is_eager

from .cross_entropy import resized_cross_entropy

__all__ = ['FCNHead', 'FPNHead', 'SegformerHead', 'UPerHead']


class _MemoryEfficientLoss(BaseDecodeHead):
    """Never store the logits at the size of the labels, if the loss allows it.

    Plain cross entropy over all pixels does: no weights of pixels or classes, no
    sigmoid. Any other loss is computed by mmseg, and so is every loss while torch
    compiles, traces or transforms the model.

    Args:
        memory_efficient_loss: False computes every loss by mmseg.
        arguments: Those of mmseg's head.
    """

    def __init__(self, *, memory_efficient_loss: bool = True, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.memory_efficient_loss = memory_efficient_loss

    def loss_by_feat(
        self, seg_logits: Tensor, batch_data_samples: SampleList
    ) -> dict[str, Tensor]:
        """Return loss and accuracy of logits (N, classes, h, w), named as in mmseg."""
        efficient = self.memory_efficient_loss and is_eager()
        if not (efficient and self._is_plain_cross_entropy()):
            return super().loss_by_feat(seg_logits, batch_data_samples)
        labels = self._stack_batch_gt(batch_data_samples).squeeze(1)
        total, correct = resized_cross_entropy(
            seg_logits, labels, self.ignore_index, self.align_corners
        )
        # mmseg divides the loss by all pixels, the accuracy by those that count.
        loss = self.loss_decode.loss_weight * total / labels.numel()
        counted = (labels != self.ignore_index).sum()
        tiny = torch.finfo(torch.float32).eps
        accuracy = 100 * (correct + tiny) / (counted + tiny)
        return {self.loss_decode.loss_name: loss, 'acc_seg': accuracy[None]}

    def _is_plain_cross_entropy(self) -> bool:
        loss = self.loss_decode
        return (
            type(loss) is CrossEntropyLoss
            and not (loss.use_sigmoid or loss.use_mask or loss.avg_non_ignore)
            and loss.class_weight is None
            and loss.reduction == 'mean'
            and self.sampler is None
        )


class FCNHead(_MemoryEfficientLoss, decode_heads.FCNHead):
    """mmseg's FCNHead (arXiv 1411.4038), used here for auxiliary losses."""


class FPNHead(_MemoryEfficientLoss, decode_heads.FPNHead):
    """mmseg's FPNHead, of Semantic FPN (arXiv 1901.02446)."""


class SegformerHead(_MemoryEfficientLoss, decode_heads.SegformerHead):
    """mmseg's SegformerHead (arXiv 2105.15203)."""


class UPerHead(_MemoryEfficientLoss, decode_heads.UPerHead):
    """mmseg's UPerHead (arXiv 1807.10221)."""

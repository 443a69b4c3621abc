# SPDX-License-Identifier: Apache-2.0
"""mmseg's heads with a loss that keeps less for the backward pass.

Networks, arguments, checkpoints, losses and their names are mmseg's; only the way to
the loss differs (`losses/cross_entropy.py`). They need mmseg, and so are in no registry
beside what does not: a config names them with their module, for example
`type='mmmetaformer.models.decode_heads.UPerHead'`.
"""

import torch
from mmseg.models import decode_heads
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.models.losses import CrossEntropyLoss
from mmseg.utils import SampleList
from torch import Tensor

from mmmetaformer.models.layers import is_fast
from mmmetaformer.models.losses import resized_cross_entropy

__all__ = ['FCNHead', 'FPNHead', 'UPerHead']


class _LossAtSmallSize(BaseDecodeHead):
    """Never keeps the logits at the labels' size, where the loss allows it.

    That is plain cross entropy over all pixels: without weights, of pixels or classes,
    and without sigmoid. With any other loss, and with the fast ways off, mmseg's own
    way is taken.
    """

    def loss_by_feat(
        self, seg_logits: Tensor, batch_data_samples: SampleList
    ) -> dict[str, Tensor]:
        """Loss and accuracy of logits (N, classes, h, w), by mmseg's names."""
        if not (is_fast() and self._is_plain_cross_entropy()):
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


class FCNHead(_LossAtSmallSize, decode_heads.FCNHead):
    """mmseg's FCNHead (arXiv 1411.4038), here for auxiliary losses."""


class FPNHead(_LossAtSmallSize, decode_heads.FPNHead):
    """mmseg's FPNHead, of Semantic FPN (arXiv 1901.02446)."""


class UPerHead(_LossAtSmallSize, decode_heads.UPerHead):
    """mmseg's UPerHead (arXiv 1807.10221)."""

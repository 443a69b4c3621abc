# SPDX-License-Identifier: Apache-2.0
"""mmdet's FPN, which saves less for the backward pass.

A config names it with its package: `type='mmmetaformer.detection.FPN'`. It is in no
registry, because looking a backbone up would then import mmdet.
"""

from mmdet.models import necks

from mmmetaformer.models.necks import TopDown

__all__ = ['FPN']


class FPN(TopDown, necks.FPN):
    """mmdet's FPN (arXiv 1612.03144)."""

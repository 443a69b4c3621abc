# SPDX-License-Identifier: Apache-2.0
"""mmseg's FPN, which saves less for the backward pass.

A config names it with its package: `type='mmmetaformer.segmentation.FPN'`. It is in no
registry, because looking a backbone up would then import mmseg.
"""

from mmseg.models import necks

from mmmetaformer.models.necks import TopDown

__all__ = ['FPN']


class FPN(TopDown, necks.FPN):
    """mmseg's FPN (arXiv 1612.03144)."""

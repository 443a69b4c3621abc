# SPDX-License-Identifier: Apache-2.0
"""Heads, losses and a neck for mmseg, which must be installed."""

from .cross_entropy import resized_cross_entropy
from .decode_heads import FCNHead, FPNHead, SegformerHead, UPerHead
from .neck import FPN

__all__ = [
    'FPN',
    'FCNHead',
    'FPNHead',
    'SegformerHead',
    'UPerHead',
    'resized_cross_entropy',
]

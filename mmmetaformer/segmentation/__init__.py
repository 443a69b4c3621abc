# SPDX-License-Identifier: Apache-2.0
"""Heads and losses for mmseg, which must be installed."""

from .cross_entropy import resized_cross_entropy
from .decode_heads import FCNHead, FPNHead, SegformerHead, UPerHead

__all__ = [
    'FCNHead',
    'FPNHead',
    'SegformerHead',
    'UPerHead',
    'resized_cross_entropy',
]

# SPDX-License-Identifier: Apache-2.0
"""Backbones, token mixers and layers."""

from .backbones import (
    CAFormer,
    ConvFormer,
    IdentityFormer,
    MetaFormer,
    PoolFormer,
    PoolFormerV2,
    RandFormer,
)

__all__ = [
    'CAFormer',
    'ConvFormer',
    'IdentityFormer',
    'MetaFormer',
    'PoolFormer',
    'PoolFormerV2',
    'RandFormer',
]

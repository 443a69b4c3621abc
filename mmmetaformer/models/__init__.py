# SPDX-License-Identifier: Apache-2.0
"""Backbones and what they are made of."""

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

# SPDX-License-Identifier: Apache-2.0
"""The generic MetaFormer and the six published families."""

from .caformer import CAFormer
from .convformer import ConvFormer
from .identityformer import IdentityFormer
from .metaformer import MetaFormer
from .poolformer import PoolFormer
from .poolformerv2 import PoolFormerV2
from .randformer import RandFormer

__all__ = [
    'CAFormer',
    'ConvFormer',
    'IdentityFormer',
    'MetaFormer',
    'PoolFormer',
    'PoolFormerV2',
    'RandFormer',
]

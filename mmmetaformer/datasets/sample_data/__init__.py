# SPDX-License-Identifier: Apache-2.0
"""Small synthetic data sets in the official formats of COCO and ADE20K."""

from .ade20k import ADE20K_CLASSES, ADE20K_PALETTE, write_ade20k
from .coco import COCO_CLASSES, COCO_PALETTE, write_coco

__all__ = [
    'ADE20K_CLASSES',
    'ADE20K_PALETTE',
    'COCO_CLASSES',
    'COCO_PALETTE',
    'write_ade20k',
    'write_coco',
]

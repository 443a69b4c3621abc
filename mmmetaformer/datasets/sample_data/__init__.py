# SPDX-License-Identifier: Apache-2.0
"""Small synthetic data sets in the official formats of public data sets."""

from .ade20k import ADE20K_CLASSES, ADE20K_PALETTE, write_ade20k
from .coco import COCO_CLASSES, COCO_PALETTE, write_coco
from .map_formats import BINARY, CITYSCAPES, LOVEDA, VOC_MAPS, MapFormat
from .voc import VOC_CLASSES, VOC_PALETTE, write_voc

__all__ = [
    'ADE20K_CLASSES',
    'ADE20K_PALETTE',
    'BINARY',
    'CITYSCAPES',
    'COCO_CLASSES',
    'COCO_PALETTE',
    'LOVEDA',
    'VOC_CLASSES',
    'VOC_MAPS',
    'VOC_PALETTE',
    'MapFormat',
    'write_ade20k',
    'write_coco',
    'write_voc',
]

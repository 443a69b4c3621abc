# SPDX-License-Identifier: Apache-2.0
"""Small synthetic data sets in the official formats of public data sets."""

from .coco import COCO_CLASSES, COCO_PALETTE, write_coco
from .map_format import MapFormat
from .map_formats import ADE20K, BINARY, CITYSCAPES, LOVEDA, VOC_MAPS
from .voc import VOC_CLASSES, VOC_PALETTE, write_voc

__all__ = [
    'ADE20K',
    'BINARY',
    'CITYSCAPES',
    'COCO_CLASSES',
    'COCO_PALETTE',
    'LOVEDA',
    'VOC_CLASSES',
    'VOC_MAPS',
    'VOC_PALETTE',
    'MapFormat',
    'write_coco',
    'write_voc',
]

# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with annotation files in COCO's format."""

from coco_file_mutations import CLASSES, IDS, KEYS, READ
from coco_object_mutations import BOXES, FILTERS, MASKS

COCO = READ + KEYS + IDS + CLASSES + MASKS + BOXES + FILTERS

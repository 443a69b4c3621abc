# SPDX-License-Identifier: Apache-2.0
"""Runs that look unusual, in which nothing is wrong.

None may be refused. A variation with 'warn' among its ways may print a warning.
"""

from sound_coco_variations import COCO
from sound_config_variations import CONFIGS
from sound_label_variations import LABELS

SOUND = COCO + LABELS + CONFIGS

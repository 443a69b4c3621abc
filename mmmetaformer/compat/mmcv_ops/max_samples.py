# SPDX-License-Identifier: Apache-2.0
"""How much the ops that sample feature maps sample at once."""

__all__ = ['MAX_SAMPLES']

#: Numbers: 128 MiB in float32, of which a backward pass needs four times as much. The
#: encoder of DINO with four scales samples 23 million for a level of a COCO image.
MAX_SAMPLES = 2**25

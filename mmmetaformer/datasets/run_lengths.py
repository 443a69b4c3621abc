# SPDX-License-Identifier: Apache-2.0
"""Masks as COCO's compressed run lengths, as they stand in JSON."""

from typing import Any

import numpy as np

__all__ = ['mask_of', 'run_lengths']


def run_lengths(mask: np.ndarray) -> dict[str, Any]:
    """Return `size` and `counts` of a mask, with text as `counts`.

    Args:
        mask: (H, W), not zero where the object is.
    """
    # Only detectors have it installed.
    from pycocotools import mask as coco_mask

    code = coco_mask.encode(np.asfortranarray(mask != 0, dtype=np.uint8))
    return dict(size=list(code['size']), counts=code['counts'].decode('ascii'))


def mask_of(code: dict[str, Any]) -> np.ndarray:
    """Return the mask (H, W) of `run_lengths` as uint8."""
    from pycocotools import mask as coco_mask

    return coco_mask.decode({**code, 'counts': code['counts'].encode('ascii')})

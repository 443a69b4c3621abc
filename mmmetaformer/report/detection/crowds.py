# SPDX-License-Identifier: Apache-2.0
"""Detections inside regions with several objects."""

import numpy as np

__all__ = ['share_inside']


def share_inside(boxes: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """Return the share of each box (N, 4) that is in each region (M, 4), as (N, M)."""
    low = np.maximum(boxes[:, None, :2], regions[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], regions[None, :, 2:])
    inner = np.clip(high - low, 0, None).prod(-1)
    sizes = (boxes[:, 2:] - boxes[:, :2]).prod(-1)[:, None]
    return np.divide(inner, sizes, out=np.zeros_like(inner), where=sizes > 0)

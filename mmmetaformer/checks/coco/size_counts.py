# SPDX-License-Identifier: Apache-2.0
"""How large images and boxes are."""

import numpy as np

from .facts import CocoFacts

__all__ = ['describe_sizes']

SMALL, MEDIUM = 32**2, 96**2  # pixels: COCO's limits between small, medium and large


def describe_sizes(boxes: np.ndarray, images: np.ndarray, facts: CocoFacts) -> None:
    """Fill in the sizes of images and boxes.

    Args:
        boxes: (N, 4), NaN for those that are not known.
        images: (M, 2), width and height; NaN: not known.
        facts: What is filled in.
    """
    known = images[np.isfinite(images).all(1)].astype(int)
    if len(known):
        order = np.argsort(known.prod(1), kind='stable')
        chosen = known[order[[0, len(order) // 2, -1]]]
        facts.image_sizes = [(width, height) for width, height in chosen.tolist()]
    with np.errstate(invalid='ignore'):
        areas = boxes[:, 2] * boxes[:, 3]
        areas = areas[areas > 0]
    if len(areas):
        low, middle, high = np.sqrt(np.quantile(areas, [0, 0.5, 1]))
        facts.sides = (float(low), float(middle), float(high))
        steps = np.maximum(np.log2(areas), 0).astype(int)
        facts.side_counts = np.bincount(steps).tolist()
        small, medium = int((areas < SMALL).sum()), int((areas < MEDIUM).sum())
        facts.sizes = (small, medium - small, len(areas) - medium)

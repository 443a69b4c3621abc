# SPDX-License-Identifier: Apache-2.0
"""Boxes, masks and label maps over an image."""

import colorsys
from collections.abc import Sequence

import cv2
import numpy as np

__all__ = ['draw']

ALPHA = 0.55


def draw(
    image: np.ndarray,
    *,
    boxes: np.ndarray | None = None,
    labels: np.ndarray | None = None,
    scores: np.ndarray | None = None,
    masks: np.ndarray | None = None,
    label_map: np.ndarray | None = None,
    names: Sequence[str] = (),
    palette: Sequence[Sequence[int]] | None = None,
) -> np.ndarray:
    """Return an image with predictions over it, as RGB bytes.

    Args:
        image: (H, W, 3), RGB bytes.
        boxes: (N, 4), as x1, y1, x2, y2.
        labels: (N,), the classes of boxes and masks.
        scores: (N,).
        masks: (N, H, W).
        label_map: (H, W), the class of each pixel; those beyond the names stay bare.
        names: The classes.
        palette: The color of each class, RGB.
    """
    canvas = image.copy()
    colors = _colors(palette, len(names))
    if label_map is not None:
        inside = label_map < len(colors)
        over = colors[label_map[inside]]
        canvas[inside] = ALPHA * over + (1 - ALPHA) * canvas[inside]
    for number, label in enumerate(() if labels is None else labels):
        color = colors[int(label) % len(colors)]
        if masks is not None:
            canvas[masks[number]] = ALPHA * color + (1 - ALPHA) * canvas[masks[number]]
    for number, box in enumerate(() if boxes is None else boxes):
        label = 0 if labels is None else int(labels[number])
        color = tuple(int(c) for c in colors[label % len(colors)])
        x1, y1, x2, y2 = (round(float(v)) for v in box)
        cv2.rectangle(canvas, (x1, y1), (x2, y2), color, 2)
        text = names[label] if label < len(names) else ''
        if scores is not None:
            text += f' {scores[number]:.2f}'
        place = (x1 + 2, max(y1 - 3, 10))
        cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, color, 1)
    return canvas


def _colors(palette: Sequence[Sequence[int]] | None, count: int) -> np.ndarray:
    if palette:
        return np.array(palette, float)
    hues = np.arange(max(1, count)) * 0.618 % 1
    return np.array([colorsys.hsv_to_rgb(h, 0.8, 1.0) for h in hues]) * 255

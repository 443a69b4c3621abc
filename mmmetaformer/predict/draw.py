# SPDX-License-Identifier: Apache-2.0
"""Drawing boxes, masks, names and label maps on an image."""

from collections.abc import Sequence

import cv2
import numpy as np

from .palette import fitting_palette

__all__ = ['draw']

OPACITY = 0.5  # of masks and label maps


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
    """Draw what a model says, or the truth, on an image.

    Args:
        image: (H, W, 3) uint8, RGB. It is not changed.
        boxes: (N, 4): x1, y1, x2, y2 in pixels.
        labels: (N,) of the boxes or masks; None: all are of class 0, without names.
        scores: (N,), written behind the names.
        masks: (N, H, W) of bool.
        label_map: (H, W); labels that have no name, such as 255, stay as in the image.
        names: Of the classes, by label.
        palette: An RGB color for each class; default: colors that differ.

    Returns:
        (H, W, 3) uint8, RGB.
    """
    picture = np.array(image, dtype=np.uint8, order='C')
    colors = fitting_palette(palette, max(1, len(names)))
    if label_map is not None:
        known = label_map < len(colors)
        color = np.array(colors, np.uint8)[np.where(known, label_map, 0)]
        mixed = (picture * (1 - OPACITY) + color * OPACITY).astype(np.uint8)
        picture[known] = mixed[known]
    for index, mask in enumerate(() if masks is None else masks):
        color = np.array(colors[0 if labels is None else int(labels[index])])
        mixed = picture[mask] * (1 - OPACITY) + color * OPACITY
        picture[mask] = mixed.astype(np.uint8)
    for index, box in enumerate(() if boxes is None else boxes):
        label = 0 if labels is None else int(labels[index])
        x1, y1, x2, y2 = (round(float(value)) for value in box)
        cv2.rectangle(picture, (x1, y1), (x2, y2), colors[label], 2)
        text = names[label] if labels is not None and label < len(names) else ''
        if scores is not None:
            text += f' {scores[index]:.2f}'
        font = cv2.FONT_HERSHEY_SIMPLEX
        place = (x1 + 2, max(12, y1 - 4))
        cv2.putText(picture, text, place, font, 0.45, (0, 0, 0), 3, cv2.LINE_AA)
        cv2.putText(picture, text, place, font, 0.45, (255, 255, 255), 1, cv2.LINE_AA)
    return picture

# SPDX-License-Identifier: Apache-2.0
"""Drawing boxes, masks, names and label maps on an image."""

from collections.abc import Sequence

import cv2
import numpy as np

from .masks import Masks
from .palette import Color, fitting_palette
from .words import letter_size, word_size, write_word

__all__ = ['draw']

OPACITY = 0.5  # of masks and label maps
STRIP = 2**22  # pixels that are blended at once


def draw(
    image: np.ndarray,
    *,
    boxes: np.ndarray | None = None,
    labels: np.ndarray | None = None,
    scores: np.ndarray | None = None,
    masks: np.ndarray | Masks | None = None,
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
    count = max((len(names), *(_classes(one) for one in (labels, label_map))))
    colors = fitting_palette([tuple(c) for c in palette or ()], count)
    if label_map is not None:
        shown = len(names) or count
        _blend_labels(picture, label_map, colors[:shown])
    of = np.zeros(_number(boxes, masks), np.int64) if labels is None else labels
    if masks is not None:
        found = masks if isinstance(masks, Masks) else Masks.of_dense(masks)
        _blend_masks(picture, found, [colors[label] for label in of])
    if boxes is not None:
        texts = _texts(of if labels is not None else None, scores, names, len(boxes))
        _draw_boxes(picture, boxes, [colors[label] for label in of], texts)
    return picture


def _classes(labels: np.ndarray | None) -> int:
    if labels is None or not labels.size:
        return 1
    return int(labels[labels != 255].max(initial=0)) + 1


def _number(boxes: np.ndarray | None, masks: np.ndarray | Masks | None) -> int:
    if boxes is not None:
        return len(boxes)
    return 0 if masks is None else len(masks)


def _texts(
    labels: np.ndarray | None,
    scores: np.ndarray | None,
    names: Sequence[str],
    count: int,
) -> list[str]:
    texts = [''] * count
    if labels is not None:
        texts = [names[i] if i < len(names) else str(i) for i in labels]
    if scores is None:
        return texts
    return [
        f'{text} {score:.2f}'.strip() for text, score in zip(texts, scores, strict=True)
    ]


def _blend_labels(
    picture: np.ndarray, label_map: np.ndarray, colors: Sequence[Color]
) -> None:
    table = np.zeros((len(colors) + 1, 3), dtype=np.uint8)
    table[:-1] = colors
    rows = max(1, STRIP // picture.shape[1])
    for start in range(0, len(picture), rows):
        part = picture[start : start + rows]
        labels = label_map[start : start + rows]
        known = labels < len(colors)
        color = table[np.where(known, labels, len(colors))]
        mixed = cv2.addWeighted(part, 1 - OPACITY, color, OPACITY, 0)
        if known.all():
            part[:] = mixed
        else:
            part[known] = mixed[known]


def _blend_masks(picture: np.ndarray, masks: Masks, colors: Sequence[Color]) -> None:
    # The surest come first and are to lie above the others.
    for mask, color in reversed(list(zip(masks, colors, strict=True))):
        height, width = mask.crop.shape
        part = picture[mask.top : mask.top + height, mask.left : mask.left + width]
        part[mask.crop] = (
            part[mask.crop] * (1 - OPACITY) + np.array(color) * OPACITY
        ).astype(np.uint8)


def _draw_boxes(
    picture: np.ndarray,
    boxes: np.ndarray,
    colors: Sequence[Color],
    texts: Sequence[str],
) -> None:
    height, width = picture.shape[:2]
    line = max(1, round((height + width) / 700))
    size = letter_size(picture)
    for box, color, text in reversed(list(zip(boxes, colors, texts, strict=True))):
        x1, y1, x2, y2 = (round(float(value)) for value in box)
        cv2.rectangle(picture, (x1, y1), (x2, y2), color, line)
        if text:
            # Above the box if there is room, else inside.
            above = y1 - word_size(text, size)[1]
            write_word(picture, text, (x1, above if above >= 0 else y1), size, color)

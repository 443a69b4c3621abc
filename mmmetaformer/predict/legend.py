# SPDX-License-Identifier: Apache-2.0
"""A column with the classes of a label map and their colors."""

from collections.abc import Sequence

import numpy as np

from mmmetaformer.text import percent

from .palette import fitting_palette
from .words import letter_size, word_size, write_word

__all__ = ['with_legend']

GROUND = (255, 255, 255)


def with_legend(
    picture: np.ndarray,
    label_map: np.ndarray,
    names: Sequence[str],
    palette: Sequence[Sequence[int]] | None = None,
) -> np.ndarray:
    """Add the classes in a label map at the right of its picture, the largest first.

    Args:
        picture: (H, W, 3) uint8, RGB.
        label_map: (H, W).
        names: Of the classes, by label.
        palette: An RGB color for each class.

    Returns:
        (H, more, 3) uint8, RGB. Classes for which there is no room are counted.
    """
    colors = fitting_palette([tuple(c) for c in palette or ()], len(names))
    counts = np.bincount(label_map.ravel(), minlength=len(names))[: len(names)]
    there = [int(i) for i in np.argsort(-counts, kind='stable') if counts[i]]
    if not there:
        return picture
    height = len(picture)
    size = letter_size(picture)
    line = word_size('Ag', size)[1] + 2
    room = max(1, height // line)
    if len(there) > room:
        there, more = there[: room - 1], len(there) - room + 1
    else:
        more = 0
    texts = [f'{names[i]} {percent(counts[i] / label_map.size)}' for i in there]
    rows = [(text, colors[i]) for text, i in zip(texts, there, strict=True)]
    if more:
        rows.append((f'and {more} more', GROUND))
    widest = max(word_size(text, size)[0] for text, _ in rows)
    column = np.full((height, widest + line + 4, 3), GROUND, dtype=np.uint8)
    for number, (text, color) in enumerate(rows):
        top = number * line
        column[top + 2 : top + line - 2, 4 : line - 2] = color
        write_word(column, text, (line + 2, top), size, GROUND)
    return np.concatenate([picture, column], axis=1)

# SPDX-License-Identifier: Apache-2.0
"""Joining the objects that a detector finds in the tiles of an image."""

from dataclasses import dataclass

import numpy as np

from mmmetaformer.boxes import iou, share_inside

from .grid import Span
from .masks import Mask, Masks

__all__ = ['Objects', 'join', 'moved']

#: Pixels from the edge of a tile within which a box counts as cut.
NEAR = 2.0
#: Overlap, relative to their union, from which on two whole boxes are one object.
SAME = 0.5
#: Part of a cut box that lies in another box, from which on it is part of that object.
INSIDE = 0.6


@dataclass(frozen=True)
class Objects:
    """What a detector has found.

    Attributes:
        boxes: (N, 4) of float32: x1, y1, x2, y2 in pixels.
        scores: (N,) of float32.
        labels: (N,) of int64.
        masks: Of each, or None.
        cut: (N,) of bool: whether an edge inside the image cuts it off.
    """

    boxes: np.ndarray
    scores: np.ndarray
    labels: np.ndarray
    masks: Masks | None
    cut: np.ndarray

    def take(self, indices: np.ndarray) -> 'Objects':
        """Return some of them."""
        return Objects(
            self.boxes[indices],
            self.scores[indices],
            self.labels[indices],
            None if self.masks is None else self.masks.take(indices.tolist()),
            self.cut[indices],
        )


def moved(found: Objects, rows: Span, columns: Span, size: tuple[int, int]) -> Objects:
    """Return the objects of a tile in pixels of the image; notes which ones it cuts.

    Args:
        found: Those of the tile.
        rows: Where the tile is.
        columns: Where the tile is.
        size: (H, W) of the image.
    """
    shift = np.array([columns.start, rows.start] * 2, dtype=np.float32)
    x1, y1, x2, y2 = found.boxes.T
    width, height = columns.end - columns.start, rows.end - rows.start
    cut = (
        ((x1 <= NEAR) & (columns.start > 0))
        | ((y1 <= NEAR) & (rows.start > 0))
        | ((x2 >= width - NEAR) & (columns.end < size[1]))
        | ((y2 >= height - NEAR) & (rows.end < size[0]))
    )
    masks = None
    if found.masks is not None:
        masks = Masks(
            size,
            [
                Mask(mask.top + rows.start, mask.left + columns.start, mask.crop)
                for mask in found.masks
            ],
        )
    return Objects(found.boxes + shift, found.scores, found.labels, masks, cut)


def join(parts: list[Objects]) -> Objects:
    """Return the objects of all tiles, each once, the surest first.

    Of boxes of a class that overlap, the surest whole one stays. A box that a seam has
    cut stays only if no other one has most of it.

    Args:
        parts: In pixels of the image.
    """
    size = next((part.masks.size for part in parts if part.masks is not None), (0, 0))
    masks = [mask for part in parts if part.masks is not None for mask in part.masks]
    every = Objects(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.labels for part in parts]),
        Masks(size, masks) if any(part.masks is not None for part in parts) else None,
        np.concatenate([part.cut for part in parts]),
    )
    kept: list[int] = []
    for label in np.unique(every.labels):
        kept += _kept_of_class(every, np.flatnonzero(every.labels == label))
    order = sorted(kept, key=lambda i: -every.scores[i])
    return every.take(np.array(order, dtype=np.int64))


def _kept_of_class(every: Objects, members: np.ndarray) -> list[int]:
    # Whole boxes before cut ones, the surest first.
    members = members[np.lexsort((-every.scores[members], every.cut[members]))]
    boxes, cut = every.boxes[members], every.cut[members]
    alive = np.ones(len(members), dtype=bool)
    for i, box in enumerate(boxes):
        if alive[i]:
            rest = boxes[i + 1 :]
            part = cut[i + 1 :] & (share_inside(rest, box) > INSIDE)
            alive[i + 1 :] &= ~(part | (iou(rest, box) > SAME))
    return members[alive].tolist()

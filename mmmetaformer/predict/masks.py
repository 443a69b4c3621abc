# SPDX-License-Identifier: Apache-2.0
"""Masks of objects, of which only the part with the object is in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmmetaformer.datasets.run_lengths import run_lengths

__all__ = ['Mask', 'Masks']


@dataclass(frozen=True)
class Mask:
    """The pixels of an object.

    Attributes:
        top: Row of the crop in the image.
        left: Its column.
        crop: (h, w) of bool.
    """

    top: int
    left: int
    crop: np.ndarray

    def box(self) -> tuple[int, int, int, int]:
        """Return x1, y1, x2, y2 of the crop."""
        height, width = self.crop.shape
        return self.left, self.top, self.left + width, self.top + height


class Masks:
    """The masks of all objects in an image.

    Args:
        size: (H, W) of the image.
        masks: In the order of the boxes.
    """

    def __init__(self, size: tuple[int, int], masks: Sequence[Mask]) -> None:
        self.size = size
        self._masks = list(masks)

    @classmethod
    def of_dense(cls, dense: Tensor | np.ndarray) -> 'Masks':
        """Return those of (N, H, W) of bool."""
        dense = torch.as_tensor(dense).bool()
        return cls(
            (int(dense.shape[1]), int(dense.shape[2])),
            [_cropped(one) for one in dense],
        )

    def __len__(self) -> int:
        return len(self._masks)

    def __iter__(self) -> Iterator[Mask]:
        return iter(self._masks)

    def take(self, indices: Sequence[int]) -> 'Masks':
        """Return those of some objects."""
        return Masks(self.size, [self._masks[i] for i in indices])

    def dense(self) -> np.ndarray:
        """Return (N, H, W) of bool."""
        result = np.zeros((len(self), *self.size), dtype=bool)
        for target, mask in zip(result, self, strict=True):
            _paste(target, mask)
        return result

    def rles(self) -> Iterator[dict[str, Any]]:
        """Yield each in COCO's compressed run lengths, with text as `counts`."""
        for mask in self:
            whole = np.zeros(self.size, dtype=np.uint8, order='F')
            _paste(whole, mask)
            yield run_lengths(whole)


def _paste(target: np.ndarray, mask: Mask) -> None:
    height, width = mask.crop.shape
    rows = slice(mask.top, mask.top + height)
    target[rows, mask.left : mask.left + width] = mask.crop


def _cropped(dense: Tensor) -> Mask:
    rows = dense.any(1).nonzero()
    if not len(rows):
        return Mask(0, 0, np.zeros((0, 0), dtype=bool))
    columns = dense.any(0).nonzero()
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    # A copy: the crop must not hold the whole mask.
    return Mask(top, left, dense[top:bottom, left:right].cpu().numpy().copy())

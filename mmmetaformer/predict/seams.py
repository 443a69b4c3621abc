# SPDX-License-Identifier: Apache-2.0
"""Joining the scores of tiles to one label map, without all scores in memory.

150 classes times 10,000 x 10,000 pixels are 60 GB of scores. Those of a tile are turned
into labels a strip at a time. Only what a later tile overlaps is kept: the right edge
of one tile, and the lower edge of one row of tiles.
"""

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from .grid import Span
from .upsample import Scores, label_dtype

__all__ = ['LabelCanvas']


class LabelCanvas:
    """A label map that is filled tile by tile, from left to right and downwards.

    Where two tiles overlap, scores are averaged with weights that fall towards the edge
    of each tile.

    Args:
        size: (H, W) of the image.
        classes: Channels of the scores.
    """

    def __init__(self, size: tuple[int, int], classes: int) -> None:
        self.labels: np.ndarray = np.empty(size, label_dtype(classes))
        self._classes = classes
        self._below: Tensor | None = None  # (classes, shared rows, W)
        self._beside: Tensor | None = None  # (classes, rows of a tile, shared columns)

    def add(self, scores: Scores, rows: Span, columns: Span) -> None:
        """Add the scores of the next tile."""
        top, height = rows.own_start, rows.own_end - rows.own_start
        across = _ramp(columns, scores.device)
        down = _ramp(rows, scores.device)
        beside = self._new(scores, height, columns.after)
        if rows.after and self._below is None:
            self._below = self._new(scores, rows.after, self.labels.shape[1])
        for start, end in self._strips(scores, rows):
            strip = scores.rows(start + top - rows.start, end + top - rows.start)[
                :,
                :,
                columns.own_start - columns.start : columns.own_end - columns.start,
            ]
            strip = strip * (across * down[start:end, None])
            if start >= height - rows.after:
                self._keep_below(strip, start - (height - rows.after), columns)
                continue
            if columns.before and self._beside is not None:
                strip[:, :, : columns.before] += self._beside[:, start:end]
            if end <= rows.before:
                self._take_from_above(strip, start, end, columns)
            if columns.after:
                assert beside is not None
                beside[:, start:end] = strip[:, :, -columns.after :]
                strip = strip[:, :, : -columns.after]
            left = columns.own_start
            self.labels[top + start : top + end, left : left + strip.shape[-1]] = (
                scores.labels_of(strip)
            )
        self._beside = beside

    def _strips(self, scores: Scores, rows: Span) -> list[tuple[int, int]]:
        """Return strips of a tile's part; none crosses the edge of what is shared."""
        height = rows.own_end - rows.own_start
        edges = [0, rows.before, height - rows.after, height]
        step = scores.strips()[0][1]
        return [
            (y, min(y + step, end))
            for start, end in pairwise(edges)
            for y in range(start, end, step)
        ]

    def _keep_below(self, strip: Tensor, row: int, columns: Span) -> None:
        assert self._below is not None
        place = slice(columns.own_start, columns.own_end)
        self._below[:, row : row + strip.shape[1], place] += strip

    def _take_from_above(
        self, strip: Tensor, start: int, end: int, columns: Span
    ) -> None:
        """Add what the row of tiles above has kept, and make room for this row's."""
        assert self._below is not None
        # The tile to the left has taken what it shares with this one.
        place = slice(columns.own_start + columns.before, columns.own_end)
        strip[:, :, columns.before :] += self._below[:, start:end, place]
        self._below[:, start:end, place] = 0

    def _new(self, scores: Scores, rows: int, columns: int) -> Tensor | None:
        if not rows or not columns:
            return None
        return torch.zeros(self._classes, rows, columns, device=scores.device)


def _ramp(span: Span, device: torch.device) -> Tensor:
    """Return the weights of a tile's part along an axis; two neighbours' add to 1."""
    weights = torch.ones(span.own_end - span.own_start, device=device)
    if span.before:
        weights[: span.before] = _rising(span.before, device)
    if span.after:
        weights[-span.after :] *= 1 - _rising(span.after, device)
    return weights


def _rising(length: int, device: torch.device) -> Tensor:
    return (torch.arange(length, device=device) + 0.5) / length

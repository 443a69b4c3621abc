# SPDX-License-Identifier: Apache-2.0
"""Where the tiles of a large image are."""

from dataclasses import dataclass
from itertools import pairwise

__all__ = ['Span', 'spans']


@dataclass(frozen=True)
class Span:
    """A tile along one axis, in pixels of the image.

    Attributes:
        start: Its first pixel.
        end: One after its last.
        own_start: Where its part of the result begins.
        own_end: Where that ends. It overlaps the next tile's part by `after`.
        before: Pixels that it shares with the tile before, from `own_start` on.
        after: Pixels that it shares with the next tile, up to `own_end`.
    """

    start: int
    end: int
    own_start: int
    own_end: int
    before: int
    after: int


def spans(length: int, tile: int, overlap: int) -> list[Span]:
    """Cover a length with tiles that overlap.

    All tiles are of the same size, and spread evenly, so they can overlap more. What
    neighbours share in the result is `overlap` in the middle of that: each pixel of
    the result is of one tile or of two.

    Args:
        length: Pixels of the image.
        tile: Pixels of a tile.
        overlap: Less than half a tile.
    """
    if length <= tile:
        return [Span(0, length, 0, length, 0, 0)]
    count = -(-(length - overlap) // (tile - overlap))
    starts = [round(i * (length - tile) / (count - 1)) for i in range(count)]
    shared = min(overlap, *(b - a for a, b in pairwise(starts)))
    # The first pixel that two neighbours share.
    first = [(a + tile + b - shared) // 2 for a, b in pairwise(starts)]
    return [
        Span(
            start,
            start + tile,
            first[i - 1] if i else 0,
            first[i] + shared if i < count - 1 else length,
            shared if i else 0,
            shared if i < count - 1 else 0,
        )
        for i, start in enumerate(starts)
    ]

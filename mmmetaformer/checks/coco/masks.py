# SPDX-License-Identifier: Apache-2.0
"""Whether masks are polygons or RLEs that pycocotools can draw."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from mmmetaformer.checks.fault import Fault

from .keys import shown
from .rle import covered_pixels
from .segmentation import FAR, problem_of, sound_segmentation
from .table import Table

__all__ = ['check_masks']

BATCH = 10_000  # compressed RLEs at a time
NO_MASKS = (
    'The model needs a mask of each object: add them, or train on boxes alone with a '
    'faster_rcnn_* config'
)
POLYGONS = 'A segmentation is a list of polygons: [[x1, y1, x2, y2, x3, y3, ...], ...]'
RLE = 'An RLE is {"size": [height, width], "counts": ...} and covers the whole image'
# What is wrong with a segmentation, and the way out.
CLAIMS = {
    'absent': ('have no segmentation', NO_MASKS),
    'empty': ('have an empty segmentation', NO_MASKS),
    'flat': ('have a flat list as segmentation, not a list of polygons', POLYGONS),
    'points': ('have a polygon whose points are lists', POLYGONS),
    'no numbers': ('have a polygon that is not a list of numbers', POLYGONS),
    'short': ('have a polygon of fewer than 6 numbers (3 points)', POLYGONS),
    'odd': ('have a polygon with an odd count of numbers', POLYGONS),
    'not finite': ('have a polygon with a number that is not finite', POLYGONS),
    'far': (f'have a polygon with a coordinate beyond {FAR:g} pixels', POLYGONS),
    'keys': ('have an RLE without sound size and counts', RLE),
    'size': ("have an RLE whose size is not its image's [height, width]", RLE),
    'sum': ('have an RLE whose counts do not sum up to height x width', RLE),
    'kind': ('have a segmentation that is neither a list nor an RLE', POLYGONS),
}


def check_masks(
    table: Table, values: Sequence[Any], sizes: np.ndarray
) -> Iterator[Fault]:
    """Yield what is wrong with the masks.

    Args:
        table: The annotations.
        values: The segmentation of each: see `sound_segmentation`.
        sizes: (N, 2), width and height of the image of each; NaN: not known.
    """
    bad: dict[str, list[int]] = {claim: [] for claim in CLAIMS}
    compressed: list[tuple[int, int, str]] = []  # index, pixels, counts
    for index, (value, (width, height)) in enumerate(
        zip(values, sizes.tolist(), strict=True)
    ):
        mask = sound_segmentation(value)
        if mask is None:
            bad[problem_of(value)].append(index)
        elif not isinstance(mask, list):
            pixels = mask.size[0] * mask.size[1]
            if width == width and height == height and mask.size != (height, width):
                bad['size'].append(index)
            elif isinstance(mask.counts, str):
                compressed.append((index, pixels, mask.counts))
            elif sum(mask.counts) != pixels:
                bad['sum'].append(index)
    for start in range(0, len(compressed), BATCH):
        batch = compressed[start : start + BATCH]
        covered = covered_pixels([counts for _, _, counts in batch]).tolist()
        for (index, pixels, _), found in zip(batch, covered, strict=True):
            if found != pixels:
                bad['sum'].append(index)
    for claim, indices in bad.items():
        if indices:
            sentence, way_out = CLAIMS[claim]
            is_there = claim not in ('absent', 'empty')
            show = _shown(values[indices[0]]) if is_there else ''
            yield table.fault(indices, sentence, show, way_out)


def _shown(value: Any) -> str:
    if isinstance(value, msgspec.Raw):
        value = json.loads(bytes(value))
    return shown(value)

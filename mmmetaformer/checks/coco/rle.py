# SPDX-License-Identifier: Apache-2.0
"""How many pixels the run lengths of masks cover."""

import re
from collections.abc import Sequence

import numpy as np

__all__ = ['covered_pixels', 'is_compressed_rle']

FIRST = ord('0')  # of the 64 characters; each holds 5 bits of a number and MORE
MORE, SIGN, BITS = 0x20, 0x10, 0x1F
LONGEST = 11  # characters of a number that 64 bits hold

is_compressed_rle = re.compile('[0-o]*[0-O]').fullmatch


def covered_pixels(counts: Sequence[str]) -> np.ndarray:
    """Return the sum of the run lengths of each compressed RLE.

    See `rleToString` in pycocotools: numbers in groups of 5 bits, the low ones first,
    and from the fourth on the difference to the number two before.

    Args:
        counts: RLEs of which `is_compressed_rle` holds.
    """
    if not counts:
        return np.zeros(0, np.int64)
    text = ''.join(counts).encode('ascii')
    codes = np.frombuffer(text, np.uint8).astype(np.int64) - FIRST
    ends = np.flatnonzero((codes & MORE) == 0)  # the last character of each number
    starts = np.concatenate([[0], ends[:-1] + 1])
    place = np.arange(len(codes)) - np.repeat(starts, ends - starts + 1)
    place = np.minimum(place, LONGEST)
    values = np.add.reduceat((codes & BITS) << (5 * place), starts)
    negative = (codes[ends] & SIGN) != 0
    values -= negative * (np.int64(1) << (5 * (place[ends] + 1)))
    # Where the numbers of each RLE start and stop, among all of them.
    stops = np.searchsorted(ends, np.cumsum([len(one) for one in counts]))
    firsts = np.concatenate([[0], stops[:-1]])
    index = np.arange(len(values)) - np.repeat(firsts, stops - firsts)
    left = np.repeat(stops - firsts, stops - firsts) - 1 - index
    # Each difference is part of every second number from its own on.
    times = np.where(index == 0, 1, left // 2 + 1)
    return np.add.reduceat(values * times, firsts)

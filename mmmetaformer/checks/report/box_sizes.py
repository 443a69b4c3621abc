# SPDX-License-Identifier: Apache-2.0
"""The sizes of boxes in the picture."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .class_bars import COLORS
from .section import Bars

__all__ = ['draw_sides']

SMALL_TO_LARGE = (32, 96)  # pixels: COCO's limits between small, medium and large


def draw_sides(axes: Any, bars: Sequence[Bars]) -> None:
    """Draw the share of boxes by the square root of their area."""
    for index, one in enumerate(bars):
        total = sum(one.sides)
        if not total:
            continue
        edges = [2 ** (step / 2) for step in range(len(one.sides) + 1)]
        shares = [100 * count / total for count in one.sides]
        axes.stairs(shares, edges, color=COLORS[index], linewidth=1.6)
        axes.stairs(shares, edges, color=COLORS[index], fill=True, alpha=0.15)
    axes.set_xscale('log', base=2)
    axes.xaxis.set_major_formatter(lambda value, _: f'{value:g}')
    low, high = _ends(bars)
    axes.set_xlim(low, high)
    top = axes.get_ylim()[1] * 1.12
    axes.set_ylim(0, top)
    ranges = pairwise((low, *SMALL_TO_LARGE, high))
    for word, (left, right) in zip(('small', 'medium', 'large'), ranges, strict=True):
        middle = (left * right) ** 0.5
        axes.text(middle, top * 0.95, word, ha='center', va='top', fontsize=8)
    for limit in SMALL_TO_LARGE:
        axes.axvline(limit, color='gray', linewidth=1, linestyle=':')
    axes.set_xlabel('square root of the area of a box, in pixels', fontsize=8)
    axes.set_ylabel('% of boxes', fontsize=8)
    axes.tick_params(labelsize=8)
    axes.spines[['top', 'right']].set_visible(False)


def _ends(bars: Sequence[Bars]) -> tuple[float, float]:
    """Return the range of sides, wide enough for the words above it."""
    steps = [step for one in bars for step, count in enumerate(one.sides) if count]
    first, last = 2 ** (min(steps) / 2), 2 ** ((max(steps) + 1) / 2)
    return min(first / 1.2, 12), max(last * 1.2, 240)

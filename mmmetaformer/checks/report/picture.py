# SPDX-License-Identifier: Apache-2.0
"""The picture of the report: counts by class and box sizes, the splits side by side."""

import warnings
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from .section import Bars, Section

__all__ = ['draw']

MOST_ROWS = 52  # classes below each other; more go to another column
MOST_CLASSES = 200
MOST_LETTERS = 26  # of a class's name
LOG_FROM = 30  # ratio of the largest to the smallest value
FEW = 25  # classes: so many have room for numbers
COLORS = ('#3b76af', '#ef8536', '#519e3e', '#8d69b8', '#84584e', '#7f7f7f')
NOTHING = '#c0392b'  # the mark of a class that never occurs
SMALL_TO_LARGE = (32, 96)  # pixels: COCO's limits between small, medium and large


def draw(sections: Sequence[Section], path: Path) -> None:
    """Draw counts by class, and the sizes of boxes where there are some.

    Args:
        sections: At least one, with at least one class.
        path: The picture, .png or .svg.
    """
    # Imported here because it takes a second and nothing else needs it.
    from matplotlib.figure import Figure

    unit = sections[0].bars.unit
    sections = [one for one in sections if one.bars.unit == unit][: len(COLORS)]
    bars = [one.bars for one in sections]
    names = _in_order(bars)
    shown = names[:MOST_CLASSES]
    columns = -(-len(shown) // MOST_ROWS)
    rows = -(-len(shown) // columns)
    has_boxes = any(sum(one.sides) for one in bars)
    heights = [max(1.0, rows * (0.36 if len(shown) <= FEW else 0.21)), 2.2]
    size = (max(9.0, 5.5 * columns), sum(heights[: 1 + has_boxes]) + 1.6)
    figure = Figure(figsize=size, layout='constrained')
    grid = figure.add_gridspec(
        1 + has_boxes, columns, height_ratios=heights[: 1 + has_boxes]
    )
    for column in range(columns):
        axes = figure.add_subplot(grid[0, column])
        _draw_classes(axes, bars, shown, column * rows, rows)
    if has_boxes:
        _draw_sides(figure.add_subplot(grid[1, :]), bars)
    _title(figure, sections, len(shown), len(names))
    with warnings.catch_warnings():
        # A font without the letters of a name draws boxes.
        warnings.filterwarnings('ignore', message='Glyph')
        figure.savefig(path, dpi=100)


def _in_order(bars: Sequence[Bars]) -> list[str]:
    """Return the classes, the most frequent first, then what is no class."""
    names = list(dict.fromkeys(name for one in bars for name in one.values))
    others = set().union(*(one.others for one in bars))

    def rank(name: str) -> tuple[bool, list[float]]:
        return name in others, [-one.values.get(name, 0) for one in bars]

    return sorted(names, key=rank)


def _draw_classes(
    axes: Any, bars: Sequence[Bars], names: Sequence[str], first: int, rows: int
) -> None:
    """Draw horizontal bars of some of the classes.

    Args:
        axes: Where to.
        bars: One color each.
        names: All classes that are drawn.
        first: The first of those of these axes.
        rows: Number of places for classes.
    """
    present = [one.values[n] for one in bars for n in names if one.values.get(n)]
    low, high = min(present, default=1), max(present, default=1)
    is_log = high > LOG_FROM * low
    if is_log:
        axes.set_xscale('log')
        axes.set_xlim(low / 2, high * 2)
    else:
        axes.set_xlim(0, high * 1.15)
    mine = names[first : first + rows]
    thick = 0.8 / len(bars)
    write = partial(axes.text, va='center', fontsize=7 if len(bars) < 3 else 6)
    absent = partial(write, axes.get_xlim()[0], s=' none', color=NOTHING)
    for row, name in enumerate(mine):
        values = [one.values.get(name) for one in bars]
        if not any(values):
            absent(y=row)
            continue
        for index, value in enumerate(values):
            place = row - 0.4 + (index + 0.5) * thick
            if value:
                axes.barh(place, value, thick * 0.92, color=COLORS[index])
                if len(names) <= FEW:
                    write(value, place, f' {_number(value)}')
            elif value is not None:
                absent(y=place)
    labels = [_shortened(name) for name in mine]
    axes.set_yticks(range(len(mine)), labels, fontsize=8, parse_math=False)
    for label, name in zip(axes.get_yticklabels(), mine, strict=True):
        if any(name in one.others for one in bars):
            label.set(color='gray', style='italic')
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlabel(f'{bars[0].unit}{" (log scale)" if is_log else ""}', fontsize=8)
    axes.tick_params(axis='x', labelsize=8)
    axes.xaxis.set_major_formatter(lambda value, _: _number(value))
    axes.tick_params(axis='y', length=0)
    axes.grid(axis='x', alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[['top', 'right']].set_visible(False)


def _draw_sides(axes: Any, bars: Sequence[Bars]) -> None:
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


def _number(value: float) -> str:
    return f'{value:,.0f}' if value >= 100 else f'{value:.2g}'


def _shortened(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f'{name[: MOST_LETTERS - 1]}…'


def _title(figure: Any, sections: Sequence[Section], shown: int, number: int) -> None:
    from matplotlib.patches import Patch

    figure.legend(
        [Patch(color=COLORS[index]) for index in range(len(sections))],
        [f'{one.splits}: {one.source}' for one in sections],
        loc='outside upper left',
        frameon=False,
        fontsize=9,
    )
    if shown < number:
        figure.supxlabel(
            f'the {number - shown} rarest of {number} classes are in report.txt',
            fontsize=8,
        )

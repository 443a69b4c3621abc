# SPDX-License-Identifier: Apache-2.0
"""The bars of classes in the picture."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from .section import Bars

__all__ = ['COLORS', 'FEW', 'draw_classes']

COLORS = ('#3b76af', '#ef8536', '#519e3e', '#8d69b8', '#84584e', '#7f7f7f')
NOTHING = '#c0392b'  # the mark of a class that never occurs
FEW = 25  # classes: so many have room for numbers
MOST_LETTERS = 26  # of a class's name
LOG_FROM = 30  # ratio of the largest to the smallest value


def draw_classes(
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
    shares = [one.shares() for one in bars]
    present = [one[name] for one in shares for name in names if one.get(name)]
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
        values = [one.get(name) for one in shares]
        if not any(values):
            absent(y=row)
            continue
        for index, value in enumerate(values):
            place = row - 0.4 + (index + 0.5) * thick
            if value:
                axes.barh(place, value, thick * 0.92, color=COLORS[index])
                if len(names) <= FEW:
                    write(value, place, f' {bars[index].words[name]}')
            elif value is not None:
                absent(y=place)
    labels = [_shortened(name) for name in mine]
    axes.set_yticks(range(len(mine)), labels, fontsize=8, parse_math=False)
    for label, name in zip(axes.get_yticklabels(), mine, strict=True):
        if any(name in one.others for one in bars):
            label.set(color='gray', style='italic')
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlabel(
        f'% of {bars[0].unit}{" (log scale)" if is_log else ""}', fontsize=8
    )
    axes.tick_params(axis='x', labelsize=8)
    axes.xaxis.set_major_formatter(lambda value, _: _number(value))
    axes.tick_params(axis='y', length=0)
    axes.grid(axis='x', alpha=0.3)
    axes.set_axisbelow(True)
    axes.spines[['top', 'right']].set_visible(False)


def _number(value: float) -> str:
    if value < 0.01:
        return f'{value:g}'
    return f'{value:,.0f}' if value >= 100 else f'{value:.2g}'


def _shortened(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f'{name[: MOST_LETTERS - 1]}…'

# SPDX-License-Identifier: Apache-2.0
"""The picture of the report: counts by class and box sizes, the splits side by side."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .box_sizes import draw_sides
from .class_bars import COLORS, FEW, draw_classes
from .section import Bars, Section

__all__ = ['draw']

MOST_ROWS = 52  # classes below each other; more go to another column
MOST_CLASSES = 200


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
        draw_classes(axes, bars, shown, column * rows, rows)
    if has_boxes:
        draw_sides(figure.add_subplot(grid[1, :]), bars)
    _title(figure, sections, len(shown), len(names))
    with warnings.catch_warnings():
        # A font without the letters of a name draws boxes.
        warnings.filterwarnings('ignore', message='Glyph')
        figure.savefig(path, dpi=100)


def _in_order(bars: Sequence[Bars]) -> list[str]:
    """Return the classes, the most frequent first, then what is no class."""
    names = list(dict.fromkeys(name for one in bars for name in one.counts))
    others = set().union(*(one.others for one in bars))

    def rank(name: str) -> tuple[bool, list[float]]:
        return name in others, [-one.counts.get(name, 0) for one in bars]

    return sorted(names, key=rank)


def _title(figure: Any, sections: Sequence[Section], shown: int, number: int) -> None:
    from matplotlib.patches import Patch

    figure.legend(
        [Patch(color=COLORS[index]) for index in range(len(sections))],
        [
            f'{one.splits}: {one.source}, {sum(one.bars.counts.values()):,} '
            f'{one.bars.unit}'
            for one in sections
        ],
        loc='outside upper left',
        frameon=False,
        fontsize=9,
    )
    if shown < number:
        figure.supxlabel(
            f'the {number - shown} rarest of {number} classes are in report.txt',
            fontsize=8,
        )

# SPDX-License-Identifier: Apache-2.0
"""A part of the report: one annotation file, or one folder of label maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmmetaformer.text import table

__all__ = ['Bars', 'Section', 'percent']

LONG = 30  # rows: longer tables are shortened,
ENDS = 10  # to so many of the most and of the least frequent rows


@dataclass(frozen=True)
class Bars:
    """What the picture shows of a section.

    Args:
        unit: What is counted, such as 'annotations'.
        counts: By the name of each class, in order.
        words: What stands beside the bar of each.
        others: Names among them that are no classes.
        sides: Boxes by the square root of their area; see `CocoFacts.side_counts`.
    """

    unit: str
    counts: Mapping[str, int]
    words: Mapping[str, str]
    others: frozenset[str] = frozenset()
    sides: Sequence[int] = ()

    def shares(self) -> dict[str, float]:
        """Return the share of each class, in percent."""
        total = sum(self.counts.values()) or 1
        return {name: 100 * count / total for name, count in self.counts.items()}


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Args:
        source: The file or folder.
        splits: Those that use it, such as 'val and test'.
        lines: Name and text of each line.
        header: Names of the table's columns.
        rows: How often each row occurs, and its cells.
        left: Columns aligned to the left.
        bars: What the picture shows.
    """

    source: str
    splits: str
    lines: Sequence[tuple[str, str]]
    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]
    left: Sequence[int]
    bars: Bars

    def text(self, shorten: bool) -> list[str]:
        """Return the lines of the section.

        Args:
            shorten: Show only the most and the least frequent rows of a long table.
        """
        width = max(len(name) for name, _ in self.lines)
        lines = [f'{self.source} ({self.splits})']
        lines += [f'  {name.ljust(width)}  {words}' for name, words in self.lines]
        rows = [cells for _, cells in self.rows]
        if shorten and len(rows) > LONG:
            order = sorted(self.rows, key=lambda row: -row[0])
            rows = [cells for _, cells in order]
            gap = [f'... {len(rows) - 2 * ENDS} more', *[''] * (len(self.header) - 1)]
            rows = [*rows[:ENDS], gap, *rows[-ENDS:]]
        if rows:
            lines += [
                '',
                *(f'  {row}' for row in table([self.header, *rows], self.left)),
            ]
        return lines


def percent(part: float, whole: float) -> str:
    """Return a share with two digits, such as '0.031 %'."""
    if not whole or not part:
        return '0 %'
    share = 100 * part / whole
    return f'{share:.0f} %' if share >= 10 else f'{share:.2g} %'

# SPDX-License-Identifier: Apache-2.0
"""Metrics as a table."""

from collections.abc import Mapping, Sequence

from mmmetaformer.host import PER_CLASS
from mmmetaformer.text import table

__all__ = ['number', 'score_table']

MOST_COLUMNS = 8
# The loss of --val-loss is shown, its terms are in the log.
VAL_LOSS, VAL_TERM = 'val_loss', 'val_'
UNDEFINED = -1  # COCO's value where there is nothing to find

Scores = Mapping[str, float]


def score_table(rows: Sequence[tuple[str, Scores]]) -> list[str]:
    """Return lines with a column for each metric and a row for each set of metrics.

    Those of boxes and of masks have the same columns, and rows of their own. Metrics of
    single classes are left out.

    Args:
        rows: Labels, and metrics as an evaluator reports them.
    """
    kinds: dict[str, dict[str, str]] = {}
    for name in rows[0][1]:
        term = name.startswith(VAL_TERM) and name != VAL_LOSS
        if not (term or name.endswith(PER_CLASS)):
            kind, column = _split(name)
            kinds.setdefault(kind, {})[column] = name
    columns = list(dict.fromkeys(c for names in kinds.values() for c in names))
    cells = [
        (
            f'{kind} {label}'.strip(),
            *(number(scores.get(names.get(column, ''))) for column in columns),
        )
        for kind, names in kinds.items()
        for label, scores in rows
    ]
    # Of two tables, the second begins where a terminal would break the line.
    lines = []
    for first in range(0, len(columns), MOST_COLUMNS):
        part = slice(first + 1, first + 1 + MOST_COLUMNS)
        header = ['', *columns][part]
        lines += table([('', *header), *((row[0], *row[part]) for row in cells)])
    return lines


def _split(name: str) -> tuple[str, str]:
    """Return 'bbox' and 'mAP_50' of 'coco/bbox_mAP_50', '' and 'mIoU' of 'mIoU'."""
    last = name.rpartition('/')[2]
    kind, middle, rest = last.partition('_mAP')
    return (kind, f'mAP{rest}') if middle else ('', last)


def number(value: float | None) -> str:
    """Return a metric as text, '' for None."""
    if value is None:
        return ''
    if value == UNDEFINED:
        return '-'
    # Percentages, and parts of 1.
    return f'{value:.2f}' if abs(value) > 1 else f'{value:.3f}'

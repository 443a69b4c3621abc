# SPDX-License-Identifier: Apache-2.0
"""Lists, tables, sizes, configs and suggestions in what a person reads."""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence

__all__ = [
    'config_text',
    'counted',
    'did_you_mean',
    'percent',
    'shortened',
    'size_text',
    'table',
]


def shortened(names: Iterable[object], limit: int = 6) -> str:
    """Join names by commas; after the first `limit`, say how many more there are."""
    words = [str(name) for name in names]
    more = f' and {len(words) - limit} more' if len(words) > limit else ''
    return ', '.join(words[:limit]) + more


def table(rows: Sequence[Sequence[object]], left: Collection[int] = (0,)) -> list[str]:
    """Align rows of cells into lines, with two spaces between columns.

    Args:
        rows: All of the same length, the header among them.
        left: Columns that are aligned to the left; negative numbers count from the
            last column. All others are aligned to the right.
    """
    columns = len(rows[0])
    to_the_left = {column % columns for column in left}
    widths = [max(len(str(row[i])) for row in rows) for i in range(columns)]
    lines = []
    for row in rows:
        cells = [
            str(cell).ljust(width) if i in to_the_left else str(cell).rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append('  '.join(cells).rstrip())
    return lines


def counted(number: int, noun: str) -> str:
    """Return a number and its noun: '1 image', '1,200 images'."""
    return f'{number:,} {noun}' + ('' if number == 1 else 's')


def size_text(size: int) -> str:
    """Return a number of bytes as people read it, such as '120 MB'."""
    for unit, power in (('GB', 9), ('MB', 6), ('kB', 3)):
        if size >= 10**power:
            digits = 1 if size < 10 ** (power + 1) else 0
            return f'{size / 10**power:.{digits}f} {unit}'
    return f'{size} bytes'


def percent(part: float) -> str:
    """Return a part of 1 as people read it, such as '12 %' or 'under 1 %'."""
    return f'{100 * part:.0f} %' if part >= 0.01 else 'under 1 %'


def did_you_mean(name: object, choices: Iterable[str]) -> str:
    """Return ' Did you mean X?' with the choice nearest to `name`, '' if none is."""
    near = difflib.get_close_matches(str(name), list(choices), n=1)
    return f' Did you mean {near[0]!r}?' if near else ''


def config_text(value: object, indent: int | None = None) -> str:
    """Return a config as people write it in a file: `dict(type='CAFormer')`.

    Args:
        value: A mapping, tuple, list or plain value.
        indent: For a mapping, write each of its entries on a line of its own, behind so
            many spaces, without the `dict` around them.
    """
    if isinstance(value, Mapping):
        entries = [f'{key}={config_text(entry)}' for key, entry in value.items()]
        if indent is not None:
            return ',\n'.join(' ' * indent + entry for entry in entries)
        return f'dict({", ".join(entries)})'
    if isinstance(value, tuple) and len(value) > 1:
        return f'({", ".join(map(config_text, value))})'
    return repr(value)

# SPDX-License-Identifier: Apache-2.0
"""Whether each entry has its keys, with values of the right type."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec import UNSET

from mmmetaformer.checks.fault import Fault

from .table import Table

__all__ = ['article', 'check_key', 'is_absent', 'shown', 'without']

WITHOUT_QUOTES = 'Write numbers without quotes'


def article(word: str) -> str:
    """Return 'a' or 'an'."""
    return 'an' if word[0] in 'aeiou' else 'a'


def is_absent(value: Any) -> bool:
    """Return whether a key is missing or null."""
    return value is UNSET or value is None


def without(values: Iterable[Any]) -> list[int]:
    """Return the indices of the values that are missing or null."""
    return [i for i, value in enumerate(values) if value is UNSET or value is None]


def shown(value: Any) -> str:
    """Return a value as the file has it, cut short."""
    # Half of a surrogate pair, which JSON may have, cannot be printed.
    text = json.dumps(value, ensure_ascii=False).encode(errors='replace').decode()
    return text if len(text) <= 60 else f'{text[:57]}...'


def check_key(
    table: Table,
    key: str,
    values: Sequence[Any],
    types: set[type],
    expected: str,
    is_right: Callable[[Any], bool],
    optional: bool = False,
) -> Iterator[Fault]:
    """Yield the faults of one key.

    Args:
        table: The entries.
        key: The key.
        values: Its value in each entry.
        types: If all values have these types and `is_right` needs no more, none is
            looked at on its own.
        expected: What a value must be, such as 'a whole number above 0'.
        is_right: Says it of a value of these types.
        optional: Whether entries without the key are all right.
    """
    found = set(map(type, values))
    absent = without(values) if {type(None), type(UNSET)} & found else []
    if absent and not optional:
        word = 'no' if values[absent[0]] is UNSET else 'null as'
        yield table.fault(absent, f'have {word} {key!r}', way_out=f'It is {expected}')
    bad = [
        i
        for i, value in enumerate(values)
        if not (type(value) in types and is_right(value)) and not is_absent(value)
    ]
    if bad:
        first = values[bad[0]]
        quoted = isinstance(first, str) and str not in types and _is_number(first)
        yield table.fault(
            bad,
            f'have {article(key)} {key!r} that is not {expected}',
            shown(first),
            WITHOUT_QUOTES if quoted else '',
        )


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False

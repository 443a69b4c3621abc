# SPDX-License-Identifier: Apache-2.0
"""Whether ids are unique, of one type, and refer to something."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mmmetaformer.checks.fault import Fault

from .keys import check_key, shown
from .table import Table

__all__ = ['check_ids', 'check_references', 'rows_of']

ID_TYPES = {int, str, float}
COUNT = 'Number the {} 1, 2, 3, ...'


def check_ids(table: Table) -> Iterator[Fault]:
    """Yield what is wrong with the ids of a table's entries."""
    yield from _check_values(table, 'id', table.ids)
    seen: set[Any] = set()
    twice = []
    for index, value in enumerate(table.ids):
        if type(value) in ID_TYPES:
            if value in seen:
                twice.append(index)
            seen.add(value)
    if twice:
        claim = 'have a duplicate id'
        yield table.fault(twice, claim, way_out=COUNT.format(table.section))
    numbers = sum(type(value) is not str for value in seen)
    if 0 < numbers < len(seen):
        words = [i for i, value in enumerate(table.ids) if type(value) is str]
        claim = 'have an id in quotes, the others a number'
        yield table.fault(words, claim, way_out='Write all of them as numbers')


def check_references(
    table: Table, key: str, values: Sequence[Any], targets: Table
) -> Iterator[Fault]:
    """Yield what is wrong with a key that has the id of another section's entry.

    Args:
        table: The entries that have the key.
        key: The key.
        values: Its value in each of them.
        targets: The entries it refers to.
    """
    yield from _check_values(table, key, values)
    known = {value for value in targets.ids if type(value) in ID_TYPES}
    lost = [
        i
        for i, value in enumerate(values)
        if type(value) in ID_TYPES and value not in known
    ]
    if lost:
        used = {value for value in values if type(value) in ID_TYPES}
        noun = targets.section
        yield table.fault(
            lost,
            f'have an unknown {key}',
            shown(values[lost[0]]),
            _advice(key, used, known, noun),
        )


def rows_of(values: Sequence[Any], targets: Table) -> np.ndarray:
    """Return the index of the entry that each value refers to, -1 for none."""
    rows = {v: i for i, v in enumerate(targets.ids) if type(v) in ID_TYPES}
    found = (rows.get(v, -1) if type(v) in ID_TYPES else -1 for v in values)
    return np.fromiter(found, np.int64, len(values))


def _check_values(table: Table, key: str, values: Sequence[Any]) -> Iterator[Fault]:
    def is_right(value: Any) -> bool:
        return type(value) is not float or value.is_integer()

    expected = 'a whole number or a string'
    yield from check_key(table, key, values, ID_TYPES, expected, is_right)


def _advice(key: str, used: set[Any], known: set[Any], noun: str) -> str:
    """Return what to do about ids that no entry has."""
    if not known:
        return f'List the {noun}'
    if {str(value) for value in used} <= {str(value) for value in known}:
        word = 'strings' if isinstance(next(iter(used - known)), str) else 'numbers'
        other = 'numbers' if word == 'strings' else 'strings'
        return f'They are {word}, the ids of the {noun} {other}: write both as numbers'
    if not any(isinstance(value, str) for value in used | known):
        for shift, start in ((1, 0), (-1, 1)):
            if {value + shift for value in used} <= known:
                return (
                    f'{key} seems to count from {start}, the ids of the {noun} from '
                    f'{1 - start}: add {shift} to each {key}'
                )
    return f'Remove these annotations, or add what they refer to to the {noun}'

# SPDX-License-Identifier: Apache-2.0
"""Areas of objects, and whether they are crowds, which decides how they are scored."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from mmmetaformer.checks.fault import Fault

from .entries import Annotation
from .keys import check_key
from .table import Table

__all__ = ['array_of_areas', 'check_area_and_crowd']

LARGEST = 1e15  # square pixels


def check_area_and_crowd(
    table: Table, annotations: Sequence[Annotation]
) -> Iterator[Fault]:
    """Yield where an area or the flag of a crowd is of a wrong form."""
    areas = [one.area for one in annotations]
    expected = 'a finite number from 0 up'
    kinds: set[type] = {int, float}
    yield from check_key(table, 'area', areas, kinds, expected, _is_area, optional=True)
    flags = [one.iscrowd for one in annotations]
    kinds = {int, float, bool}
    yield from check_key(
        table, 'iscrowd', flags, kinds, '0 or 1', _is_flag, optional=True
    )


def _is_area(value: float) -> bool:
    return 0 <= value <= LARGEST


def _is_flag(value: float) -> bool:
    return value in (0, 1)


def array_of_areas(annotations: Sequence[Annotation]) -> np.ndarray:
    """Return the area of each object (N,), in square pixels; NaN: it has none."""
    kinds = (int, float)
    values = [one.area for one in annotations]
    areas = (v if type(v) in kinds and abs(v) <= LARGEST else math.nan for v in values)
    return np.fromiter(areas, np.float64, len(values))

# SPDX-License-Identifier: Apache-2.0
"""The faults of many entries of one kind, in one sentence."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmmetaformer.checks.fault import Fault

__all__ = ['Table']

PLURALS = dict(image='images', annotation='annotations', category='categories')
SINGULARS = {plural: noun for noun, plural in PLURALS.items()}


class Table:
    """The entries of one section of a file.

    Args:
        section: 'images', 'annotations' or 'categories'.
        ids: The id of each entry, of any type.
    """

    def __init__(self, section: str, ids: Sequence[Any]) -> None:
        self.section = section
        self.ids = ids

    def name(self, index: int) -> str:
        """Return how a message calls an entry: by its id, if it has one."""
        noun, value = SINGULARS[self.section], self.ids[index]
        if type(value) in (int, str, float):
            return f'{noun} {value!r}'
        return f'{noun} number {index + 1} in the list'

    def fault(
        self,
        bad: Sequence[int] | np.ndarray,
        claim: str,
        show: object = '',
        way_out: str = '',
        stops: bool = True,
    ) -> Fault:
        """Return what is wrong with some of the entries.

        Args:
            bad: Their indices, at least one.
            claim: What they do, such as 'have no bbox'.
            show: The value of the first.
            way_out: What to do.
            stops: Whether a run must not start.
        """
        value = f': {show}' if str(show) else ''
        return Fault(
            f'{len(bad)} of {len(self.ids)} {self.section} {claim}, first '
            f'{self.name(int(bad[0]))}{value}',
            way_out,
            stops,
            tuple(self.name(int(index)) for index in bad),
        )

# SPDX-License-Identifier: Apache-2.0
"""A progress bar for checks that take long."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

from mmmetaformer.launchers import is_first_process

__all__ = ['with_bar']

BAR_AFTER = 3  # seconds

Item = TypeVar('Item')


def with_bar(items: Iterable[Item], what: str, total: int) -> Iterator[Item]:
    """Yield items, with a progress bar if that takes longer than a few seconds.

    There is none where the output is not a terminal: in a file it would be many lines.
    """
    disable = None if is_first_process() else True
    yield from tqdm(items, what, total, delay=BAR_AFTER, leave=False, disable=disable)

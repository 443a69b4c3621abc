# SPDX-License-Identifier: Apache-2.0
"""Taking items from an iterator in another thread, ahead of their use."""

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ['ahead']

Item = TypeVar('Item')


def ahead(items: Iterable[Item], number: int) -> Generator[Item, None, None]:
    """Yield items in order while the next ones are made in another thread.

    Args:
        items: None of them is None. What they raise is raised here.
        number: How many are made before they are asked for.
    """
    source = iter(items)
    with ThreadPoolExecutor(1) as thread:
        coming = deque(thread.submit(next, source, None) for _ in range(number))
        while (item := coming.popleft().result()) is not None:
            coming.append(thread.submit(next, source, None))
            yield item

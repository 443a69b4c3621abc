# SPDX-License-Identifier: Apache-2.0
"""A batch of indices that seeds the random numbers of each image it is loaded for."""

from collections.abc import Iterator, Sequence
from typing import Any

from .seed import seed_loading

__all__ = ['Draws']


class Draws:
    """The indices of a batch, which seed the generators as they are iterated over.

    torch's loader evaluates `[dataset[i] for i in batch]`, in the worker or in the main
    process. So each image has random numbers of its own, wherever it is loaded and
    whatever the wrappers of the data set do to its index.

    Args:
        indices: The entries of the data set.
        place: The run's seed, the purpose and the epoch.
        numbers: The number of each index within the epoch, over all processes.
    """

    def __init__(
        self, indices: Sequence[Any], place: tuple[int, ...], numbers: range
    ) -> None:
        self.indices = indices
        self.place = place
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.indices)

    def __iter__(self) -> Iterator[Any]:
        for index, number in zip(self.indices, self.numbers, strict=True):
            seed_loading(*self.place, number)
            yield index

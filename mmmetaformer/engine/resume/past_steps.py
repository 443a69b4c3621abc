# SPDX-License-Identifier: Apache-2.0
"""How often the schedulers of a run have stepped."""

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ['PastSteps']


@dataclass(frozen=True)
class PastSteps:
    """The steps of the schedulers up to a place in a run.

    The place in the data is another one: `engine.exact.DataPosition`.

    Args:
        passes: Forward passes done, `runner.iter`.
        epochs: Epochs done.
        passes_per_epoch: Length of the data loader.
        passes_per_step: Passes between two steps of the iteration-based schedulers.
        last_pass: The run's last pass, after which they step in any case.
    """

    passes: int
    epochs: int
    passes_per_epoch: int
    passes_per_step: int
    last_pass: int

    def count(self, by_epoch: bool) -> int:
        """Return how often a scheduler has stepped."""
        return sum(step is by_epoch for step in self.steps())

    def steps(self) -> Iterator[bool]:
        """Yield the past steps in their order, True for those of an epoch."""
        epochs = 0
        for done in range(1, self.passes + 1):
            if done % self.passes_per_step == 0 or done == self.last_pass:
                yield False
            if done % self.passes_per_epoch == 0 and epochs < self.epochs:
                epochs += 1
                yield True
        # With a longer loader than before, some epochs would end later.
        for _ in range(epochs, self.epochs):
            yield True

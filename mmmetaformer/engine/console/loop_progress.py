# SPDX-License-Identifier: Apache-2.0
"""The progress of a validation or a test."""

import time

from .pace import Pace, duration
from .screen import Screen

__all__ = ['LoopProgress']


class LoopProgress:
    """Counts the batches of a loop over a data set.

    Args:
        screen: What shows them.
        what: What the loop does, such as 'Validating'.
    """

    def __init__(self, screen: Screen, what: str) -> None:
        self._screen = screen
        self._what = what
        self._pace = Pace()
        self._started = 0.0

    def start(self) -> None:
        """Begin the loop."""
        self._started = time.monotonic()
        self._pace = Pace()
        self._pace.start()

    def batch(self, index: int, batches: int) -> None:
        """Count a batch.

        Args:
            index: Its number, from 0.
            batches: How many there are.
        """
        self._pace.step()
        if self._screen.due() and index + 1 < batches:
            left = (self._pace.seconds_per_step() or 0) * (batches - index - 1)
            text = f'{duration(left)} left'
            self._screen.progress(self._what, index + 1, batches, text)

    def seconds(self) -> float:
        """Return the time since the beginning."""
        return time.monotonic() - self._started

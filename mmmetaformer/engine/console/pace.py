# SPDX-License-Identifier: Apache-2.0
"""How fast a run is, and how long it still takes."""

import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

__all__ = ['Pace', 'duration']

WINDOW = 50  # steps


class Pace:
    """Measures the time between steps.

    Args:
        clock: Seconds since some time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: float | None = None
        self._times: deque[float] = deque(maxlen=WINDOW)

    def start(self) -> None:
        """Start the time of a step, as after a validation."""
        self._last = self._clock()

    def step(self) -> None:
        """Count a step."""
        now = self._clock()
        if self._last is not None:
            self._times.append(now - self._last)
        self._last = now

    def seconds_per_step(self) -> float | None:
        """Return the mean of the last steps, None before the first."""
        return sum(self._times) / len(self._times) if self._times else None


def duration(seconds: float) -> str:
    """Return a time as '1:02:03', with days if it is long."""
    return str(timedelta(seconds=round(seconds)))

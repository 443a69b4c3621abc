# SPDX-License-Identifier: Apache-2.0
"""The signals that a launcher receives."""

import contextlib
import signal
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

from mmmetaformer.stop_request import NAMES, SAME_PRESS

__all__ = ['Signals', 'StoppedError']


class StoppedError(Exception):
    """A signal came while no process could have made a step.

    Args:
        number: The signal.
    """

    def __init__(self, number: int) -> None:
        self.status = 128 + number
        super().__init__(f'stopped by {signal.Signals(number).name}')


class Signals:
    """Collects the signals to pass on, while it is entered.

    Attributes:
        waiting: Those to pass on.
        number: The first one, 0 for none.
        at_once: Whether Ctrl-C was pressed again.
    """

    def __init__(self) -> None:
        self.waiting: list[int] = []
        self.number = 0
        self.at_once = False
        self._raises = False
        self._time = 0.0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> 'Signals':
        for name in NAMES:
            number = getattr(signal, name, None)
            # What the shell ignores stays ignored, as in a script's background.
            if number and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *error: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    @contextlib.contextmanager
    def raised(self) -> Iterator[None]:
        """Raise a signal that comes in a block, or has come before it.

        Raises:
            StoppedError: The first signal.
        """
        self._raises = True
        try:
            if self.number:
                raise StoppedError(self.number)
            yield
        finally:
            self._raises = False

    def _receive(self, number: int, frame: FrameType | None) -> None:
        again = self.number and time.monotonic() - self._time > SAME_PRESS
        if number == signal.SIGINT and again:
            self.at_once = True
        if not self.number:
            self.number, self._time = number, time.monotonic()
            self.waiting.append(number)
            if self._raises:
                raise StoppedError(number)

# SPDX-License-Identifier: Apache-2.0
"""The request to stop training that a signal is.

Nothing heavy is imported here: handlers are installed before torch is.
"""

import os
import signal
import time
from types import FrameType
from typing import Any

from .launchers import is_first_process

__all__ = ['NAMES', 'REQUEST', 'SAME_PRESS', 'STOPPED', 'StopRequest']

#: Exit status of a run that was asked to stop, saved a checkpoint and can be resumed:
#: EX_TEMPFAIL of sysexits.h.
STOPPED = 75
#: The signals; Windows does not have the last one.
NAMES = ('SIGINT', 'SIGTERM', 'SIGUSR1')
#: Parents such as `uv run` pass on a Ctrl-C that the terminal has sent already.
SAME_PRESS = 0.2  # seconds


class StopRequest:
    """Remembers a signal until training can stop.

    Before the first step there is nothing to save: a signal ends the process with
    status 128 plus its number. So does a second Ctrl-C at any time.

    Attributes:
        number: The signal that this process received, 0 for none.
        agreed: The signal on which the processes agreed, 0 for none; None if they have
            not been asked since the last step.
        training: Whether a step has begun.
        finished: Whether training is complete: what follows takes seconds, and a signal
            is ignored.
    """

    def __init__(self) -> None:
        self.number = 0
        self.agreed: int | None = None
        self.training = False
        self.finished = False
        self._owner = 0
        self._time = 0.0
        self._before: dict[int, Any] = {}

    def install(self) -> None:
        """Handle the signals, except those that the caller's shell ignores."""
        self.number, self.agreed = 0, None
        self.training = self.finished = False
        self._owner = os.getpid()
        for number in _numbers():
            before = signal.getsignal(number)
            if before not in (signal.SIG_IGN, self.receive):
                self._before[number] = before
                signal.signal(number, self.receive)

    def uninstall(self) -> None:
        """Restore the former handlers."""
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before.clear()

    @property
    def installed(self) -> bool:
        """Whether signals are handled."""
        return bool(self._before)

    def receive(self, number: int, frame: FrameType | None = None) -> None:
        """Handle a signal.

        Raises:
            SystemExit: Training has not begun.
        """
        name = signal.Signals(number).name
        if os.getpid() != self._owner:
            # A forked child, such as a worker of a data loader that is starting.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif not self.number:
            self.number, self._time = number, time.monotonic()
            if self.finished:
                return
            if not self.training:
                _say(f'stopped by {name} before the first step: nothing was saved')
                raise SystemExit(128 + number)
            _say(
                f'{name}: saving and stopping after this step. '
                'Press Ctrl-C to stop at once without saving.'
            )
        elif number == signal.SIGINT and time.monotonic() - self._time > SAME_PRESS:
            _say(f'{name} again: stopped at once, without saving')
            os._exit(128 + number)


#: The request of this process.
REQUEST = StopRequest()


def _numbers() -> list[signal.Signals]:
    return [getattr(signal, name) for name in NAMES if hasattr(signal, name)]


def _say(line: str) -> None:
    """Print a line; `print` may be what the signal interrupted."""
    if is_first_process():
        os.write(2, f'\n{line}\n'.encode())

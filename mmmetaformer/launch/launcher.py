# SPDX-License-Identifier: Apache-2.0
"""Starting the processes of a run, again if they fail, until they are done."""

import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Any

from mmmetaformer.stop_request import NAMES, SAME_PRESS, STOPPED

from .cause import cause_of, describe, hang_of
from .hosts import Hosts, LostHostError
from .options import Options
from .ranks import Ranks

__all__ = ['launch']

USER_ERROR = 2
TO_READ = 5.0  # seconds for other hosts to read why this one ends
PERIOD = 0.1  # seconds between two looks at the processes


class _Signals:
    """Collects the signals to pass on, while it is entered."""

    def __init__(self) -> None:
        self.waiting: list[int] = []
        self.number = 0
        self.at_once = False
        self._time = 0.0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> '_Signals':
        for name in NAMES:
            if hasattr(signal, name):
                number = getattr(signal, name)
                self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *error: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        again = self.number and time.monotonic() - self._time > SAME_PRESS
        if number == signal.SIGINT and again:
            self.at_once = True
        if not self.number:
            self.number, self._time = number, time.monotonic()
            self.waiting.append(number)


def launch(options: Options) -> int:
    """Run a tool in several processes.

    Args:
        options: What to start.

    Returns:
        The exit status: 0, that of the process that failed first, or 75 if the run was
        asked to stop, and has saved a checkpoint.

    Raises:
        ConfigError: The port is taken, or host 0 does not answer.
    """
    hosts = Hosts(options)
    with _Signals() as signals, tempfile.TemporaryDirectory() as folder:
        attempt = 0
        while True:
            attempt, port = hosts.begin(attempt)
            ranks = Ranks(options, Path(folder), attempt, port)
            status, text = _watch(options, ranks, hosts, signals)
            final = status in (0, USER_ERROR, STOPPED) or signals.number
            if final or attempt >= options.restarts:
                if status:
                    hosts.finish(TO_READ)
                if text:
                    print(text, file=sys.stderr, flush=True)
                return status
            attempt += 1
            print(
                f'{text}\nrestart {attempt} of {options.restarts}',
                file=sys.stderr,
                flush=True,
            )


def _watch(
    options: Options, ranks: Ranks, hosts: Hosts, signals: _Signals
) -> tuple[int, str]:
    """Wait until the processes are done; return their status and what to print."""
    lost = ''
    try:
        while ranks.running() and not ranks.failed():
            time.sleep(PERIOD)
            if signals.at_once:
                break
            if signals.waiting:
                ranks.send(signals.waiting.pop())
            if hosts.check():
                break
    except LostHostError as error:
        lost = f'error: {error}'
    if signals.at_once:
        ranks.kill()
        return 128 + signal.SIGINT, 'SIGINT again: stopped at once, without saving'
    if not ranks.running() and not ranks.failed():
        hosts.finish()
        return 0, ''
    ranks.end()
    return _outcome(options, ranks, hosts, signals.number, lost)


def _outcome(
    options: Options, ranks: Ranks, hosts: Hosts, number: int, lost: str
) -> tuple[int, str]:
    reports = hosts.share(ranks.reports)
    if lost and not any(not one.consequence for one in reports):
        return 1, lost
    cause = cause_of(reports)
    if cause.status == STOPPED:
        return STOPPED, ''  # the first process has printed how to resume
    if number and cause.status == 128 + number:
        return cause.status, f'stopped by {signal.Signals(number).name}'
    if ranks.hung:
        raised = {one.rank: one.traceback for one in reports if one.traceback}
        return 1, hang_of({**ranks.stacks(), **raised}, ranks.numbers)
    return cause.status, describe(cause, reports, options.world_size)

# SPDX-License-Identifier: Apache-2.0
"""Starting the processes of a run, again if they fail, until they are done."""

import signal
import sys
import tempfile
import time
from pathlib import Path

from mmmetaformer.stop_request import NAMES, STOPPED

from .attempt import Attempt
from .cause import cause_of, describe, hang_of
from .hosts import Hosts
from .options import Options
from .ranks import Ranks
from .report import Report
from .signals import Signals, StoppedError
from .stores import LostHostError

__all__ = ['launch']

USER_ERROR = 2
# Of runs that a signal has ended, on this host or another one.
SIGNALLED = tuple(
    128 + getattr(signal, name) for name in NAMES if hasattr(signal, name)
)
FINAL = (0, USER_ERROR, STOPPED, *SIGNALLED)
TO_READ = 5.0  # seconds for other hosts to read why this one ends
TO_SEE = 1.0  # seconds for those that are there, if not all are
PERIOD = 0.1  # seconds between two looks at the processes


def launch(options: Options) -> int:
    """Run a tool in several processes.

    Args:
        options: What to start.

    Returns:
        The exit status: 0, that of the process that failed first, 75 if the run was
        asked to stop and has saved a checkpoint, or 128 plus the number of a signal.

    Raises:
        ConfigError: The port is taken, or host 0 does not answer.
    """
    with Signals() as signals, tempfile.TemporaryDirectory() as folder:
        try:
            status, text = _attempts(options, Path(folder), signals)
        except StoppedError as error:
            status, text = error.status, str(error)
        except LostHostError as error:
            status, text = 1, f'error: {error}'
    if text:
        _say(text)
    return status


def _attempts(options: Options, folder: Path, signals: Signals) -> tuple[int, str]:
    """Start the processes until they are done; return the status and what to print.

    Raises:
        StoppedError: A signal came before all hosts were there.
        LostHostError: Host 0 is gone.
    """
    hosts = Hosts(options)
    number = 0
    while True:
        with signals.raised():
            attempt = hosts.begin(number)
        ranks = Ranks(options, folder, attempt)
        status, text = _watch(options, ranks, attempt, signals)
        final = status in FINAL or signals.number
        if final or attempt.restarts >= options.restarts:
            if status:
                attempt.finish(TO_READ)
            return status, text
        number = attempt.restarts + 1
        _say(f'{text}\nrestart {number} of {options.restarts}')


def _watch(
    options: Options, ranks: Ranks, attempt: Attempt, signals: Signals
) -> tuple[int, str]:
    """Wait until the processes are done; return their status and what to print.

    Raises:
        StoppedError: A signal came before all hosts were there.
    """
    lost, seen = '', None
    try:
        while ranks.running() and not ranks.failed():
            time.sleep(PERIOD)
            if signals.at_once:
                break
            if signals.waiting:
                _stop(ranks, attempt, signals.waiting.pop())
            seen = attempt.check()
            if seen:
                break
    except LostHostError as error:
        lost = f'error: {error}'
    if signals.at_once:
        ranks.kill()
        _share_stop(ranks, attempt, StoppedError(signal.SIGINT))
        return 128 + signal.SIGINT, 'SIGINT again: stopped at once, without saving'
    if not ranks.running() and not ranks.failed():
        attempt.finish()
        return 0, ''
    ranks.end()
    reports = attempt.share(ranks.reports) or [one for one in [seen] if one]
    return _outcome(options, ranks, reports, signals.number, lost)


def _stop(ranks: Ranks, attempt: Attempt, number: int) -> None:
    """Pass a signal on, which processes that wait for another host would not answer.

    Raises:
        StoppedError: A host is not there yet: nothing can be lost.
    """
    if attempt.is_complete():
        ranks.send(number)
        return
    ranks.kill()
    error = StoppedError(number)
    _share_stop(ranks, attempt, error)
    attempt.finish(TO_SEE)
    raise error


def _share_stop(ranks: Ranks, attempt: Attempt, error: StoppedError) -> None:
    own = Report(ranks.numbers[0], error.status, time.time(), f'was {error}')
    attempt.share([own], seconds=0)


def _outcome(
    options: Options, ranks: Ranks, reports: list[Report], number: int, lost: str
) -> tuple[int, str]:
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


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)

# SPDX-License-Identifier: Apache-2.0
"""The processes of a run on this host."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from .attempt import Attempt
from .cause import limit_of
from .environment import environment_of
from .options import Options
from .report import Report, read_report, stack_files

__all__ = ['Ranks']

# A rank that waits for one that has ended raises at once; its report is worth waiting.
TO_REPORT = 1.0  # seconds
TO_DUMP = 3.0  # seconds in which a process that hangs writes its stack


class Ranks:
    """Starts the processes, watches them and ends them.

    Attributes:
        numbers: Their numbers among those of all hosts.
        reports: Why they have failed, after `end`.
        hung: Whether one ended itself because it made no step, after `end`.

    Args:
        options: What to start.
        folder: For their reports.
        attempt: That of all hosts.
    """

    def __init__(self, options: Options, folder: Path, attempt: Attempt) -> None:
        first = options.node * options.processes
        self.numbers = list(range(first, first + options.processes))
        self.reports: list[Report] = []
        self.hung = False
        self._files = [folder / f'{attempt.number}_{n}.json' for n in self.numbers]
        self._processes = [
            subprocess.Popen(
                # Unbuffered, so that their lines come in the order of time.
                [sys.executable, '-u', *options.command],
                env=environment_of(options, attempt, i, file),
                # A Ctrl-C reaches them through the launcher only.
                start_new_session=True,
            )
            for i, file in enumerate(self._files)
        ]

    def failed(self) -> bool:
        """Return whether a process has ended with another status than 0."""
        return any(one.poll() for one in self._processes)

    def running(self) -> bool:
        """Return whether a process has not ended yet."""
        return any(one.poll() is None for one in self._processes)

    def send(self, number: int) -> None:
        """Send a signal to each process that runs, not to its workers."""
        for one in self._processes:
            if one.poll() is None:
                one.send_signal(number)

    def wait(self, seconds: float) -> None:
        """Wait until all have ended, at most for some seconds."""
        until = time.monotonic() + seconds
        while self.running() and time.monotonic() < until:
            time.sleep(0.05)

    def stacks(self) -> dict[int, str]:
        """Return the stacks that processes have written, by their number."""
        texts = {}
        for number, file in zip(self.numbers, self._files, strict=True):
            for path in stack_files(file):
                text = path.read_text('utf-8', 'replace') if path.exists() else ''
                if '  File' in text:
                    texts[number] = text
        return texts

    def end(self) -> None:
        """End all processes; `reports` then says why the others have ended."""
        self.hung = any(map(limit_of, self.stacks().values()))
        if self.hung:
            # The time of the others is up too. A process that was stopped would go on.
            self._ask(only_stopped=True)
            self.wait(TO_DUMP)
            self._ask()
        self.wait(TO_REPORT)
        failed = [i for i, one in enumerate(self._processes) if one.poll()]
        self.kill()
        self.reports = [self._report(i) for i in failed]

    def _ask(self, only_stopped: bool = False) -> None:
        """End processes by the signal at which they write their stack."""
        for one in self._processes:
            if one.poll() is None and (_is_stopped(one.pid) or not only_stopped):
                one.send_signal(signal.SIGABRT)
                one.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End all processes at once, with their workers, which share their group."""
        for one in self._processes:
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGKILL)
                one.wait()

    def _report(self, i: int) -> Report:
        """Return the report of a process that has failed, or what its status says."""
        found = read_report(self._files[i])
        if found is not None:
            return found
        number, status = self.numbers[i], self._processes[i].returncode
        status = 128 - status if status < 0 else status
        message = f'exited with status {status}'
        if status > 128:
            name = _name_of(status - 128)
            hint = ', as happens if memory runs out' if name == 'SIGKILL' else ''
            message = f'was killed by {name}{hint}'
        return Report(
            number,
            status,
            time.time(),
            message,
            traceback=self.stacks().get(number, ''),
        )


def _is_stopped(pid: int) -> bool:
    try:
        text = Path(f'/proc/{pid}/stat').read_text(encoding='utf-8')
    except OSError:
        return False  # it has just ended, or the system is not Linux
    return text.rpartition(')')[2].split()[0] == 'T'


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f'signal {number}'

# SPDX-License-Identifier: Apache-2.0
"""Lines and progress on a terminal, or as plain text where the output is none."""

import os
import shutil
import sys
import textwrap
import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

__all__ = ['SCREEN', 'Screen']

PER_SECOND = 10  # how often the line on a terminal changes
# Seconds between two progress lines in a file: few at any length of a run, and never so
# few that it looks dead.
LEAST_GAP, MOST_GAP = 30, 300
PART_OF_ELAPSED = 20


class Screen:
    """Prints on stdout and stderr; its progress line is always below all others.

    Args:
        clock: Seconds since some time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = self._last = clock()
        self._progress: Progress | None = None

    def line(self, text: str) -> None:
        """Print a line on stdout."""
        if _is_terminal():
            text = '\n'.join(map(_wrapped, text.split('\n')))
        if self._progress is None:
            print(text, flush=True)
        else:
            # Not parsed: what is in brackets is no markup.
            self._progress.console.print(Text(text), soft_wrap=True)

    def warning(self, text: str) -> None:
        """Print a line on stderr."""
        print(text, file=sys.stderr, flush=True)

    def due(self) -> bool:
        """Return whether it is time to call `progress` again."""
        now = self._clock()
        if _is_terminal():
            gap = 1 / PER_SECOND
        else:
            gap = min(max(LEAST_GAP, (now - self._start) / PART_OF_ELAPSED), MOST_GAP)
        return now - self._last >= gap

    def progress(self, what: str, done: int, total: int, text: str) -> None:
        """Show how far something is.

        Args:
            what: Its name, such as 'Training'.
            done: What is finished of it.
            total: Its length.
            text: Rate, loss, time left.
        """
        self._last = self._clock()
        count = f'{done:,}/{total:,}'
        if not _is_terminal():
            print(f'{time.strftime("%H:%M:%S")}  {what} {count}  {text}', flush=True)
            return
        if self._progress is None:
            self._progress = _start_progress()
        self._progress.update(
            self._progress.task_ids[0],
            description=what,
            completed=done,
            total=total,
            count=count,
            text=text,
        )
        self._progress.refresh()

    def close(self) -> None:
        """Remove the progress line."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _start_progress() -> Progress:
    progress = Progress(
        TextColumn('{task.description}'),
        BarColumn(bar_width=16),
        TextColumn('{task.fields[count]}  {task.fields[text]}'),
        console=Console(file=sys.stdout, highlight=False),
        # No thread: it could hold a lock while workers of data loaders are forked.
        auto_refresh=False,
        transient=True,
        redirect_stderr=sys.stderr.isatty(),
    )
    progress.add_task('', count='', text='')
    progress.start()
    return progress


def _wrapped(line: str) -> str:
    """Break a line between words; commands and tables, which are indented, stay."""
    columns = shutil.get_terminal_size().columns
    if line.startswith(' ') or len(line) <= columns:
        return line
    wrapper = textwrap.TextWrapper(
        columns, subsequent_indent='  ', break_long_words=False, break_on_hyphens=False
    )
    return wrapper.fill(line)


def _is_terminal() -> bool:
    return sys.stdout.isatty() and os.environ.get('TERM', 'dumb') != 'dumb'


#: That of this process.
SCREEN = Screen()

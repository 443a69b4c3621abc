# SPDX-License-Identifier: Apache-2.0
"""Which of the processes' errors is the cause of the others, and its text."""

import re
from collections.abc import Mapping, Sequence

from .report import Report

__all__ = ['cause_of', 'describe', 'hang_of', 'limit_of']

MAX_FRAMES = 12
# faulthandler writes the threads of a process, the main one last.
THREAD = re.compile(r'^(?:Current t|T)hread .*\(most recent call first\):$', re.M)

# What it writes first if the time is up.
LIMIT = re.compile(r'Timeout \((.*?)\)!')


def cause_of(reports: Sequence[Report]) -> Report:
    """Return the first error that is not the consequence of another one."""
    return min(reports, key=lambda one: (one.consequence, one.time))


def describe(cause: Report, reports: Sequence[Report], world_size: int) -> str:
    """Return the text that a launcher prints last, the cause in its last line.

    Args:
        cause: Its cause.
        reports: Those of all processes that have failed.
        world_size: Number of processes.
    """
    if cause.status == 2 and not cause.traceback:
        return f'error: {cause.message}'
    lines = [cause.traceback.rstrip()] if cause.traceback else []
    others = {
        one.message: one for one in reports if one != cause and not one.consequence
    }
    others.pop(cause.message, None)
    lines += [f'process {one.rank}: {one.message}' for one in others.values()]
    reason = cause.message if cause.traceback else f'it {cause.message}'
    lines.append(f'error: process {cause.rank} of {world_size} failed: {reason}')
    return '\n'.join(lines)


def hang_of(stacks: Mapping[int, str], numbers: Sequence[int]) -> str:
    """Return where each process was when they hung.

    Args:
        stacks: What faulthandler wrote, or the traceback of what was raised, by number
            of the process.
        numbers: Those of the processes on this host.
    """
    lines = []
    for number in numbers:
        lines.append(f'process {number} was in (innermost first):')
        frames = _frames(stacks.get(number, ''))
        lines += frames[:MAX_FRAMES] or ['  unknown: it did not answer']
        if len(frames) > MAX_FRAMES:
            lines.append(f'  and {len(frames) - MAX_FRAMES} more')
    limit = next(limit for text in stacks.values() if (limit := limit_of(text)))
    lines.append(
        f'error: no process finished a step for {limit} (--hang-limit); their '
        'stacks are above'
    )
    return '\n'.join(lines)


def limit_of(stack: str) -> str:
    """Return the time after which a process ended itself, '' if it did not."""
    found = LIMIT.match(stack)
    return found[1] if found else ''


def _frames(text: str) -> list[str]:
    """Return the frames of the main thread, the innermost first."""
    lines = [line for line in text.splitlines() if line.startswith('  File')]
    if not THREAD.search(text):
        return lines[::-1]  # the traceback of an exception
    last = THREAD.split(text)[-1].splitlines()
    return [line for line in last if line.startswith('  File')]

# SPDX-License-Identifier: Apache-2.0
"""What a process leaves for its launcher, which prints one cause for all processes."""

import json
import os
import re
import time
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

from mmmetaformer.errors import ConfigError, OtherProcessError
from mmmetaformer.tracebacks import words_of

__all__ = [
    'FILE',
    'PARENT',
    'Report',
    'own_file',
    'read_report',
    'report',
    'stack_files',
]

#: The file of this process's report; set by the launcher, as is its process id.
FILE = 'MMMETAFORMER_REPORT'
PARENT = 'MMMETAFORMER_LAUNCHER'

# What a process raises because another one has ended.
CONSEQUENCE = re.compile(
    r'gloo|nccl|TCPStore|socket|connection (closed|reset|refused)|broken pipe'
    r'|timed? ?out|Dist\w+Error',
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Report:
    """Why a process ended.

    Args:
        rank: The number of the process among those of all hosts.
        status: Its exit status.
        time: When, in seconds since the epoch.
        message: One line.
        traceback: '' for user errors, and where there is none.
        consequence: Whether the end of another process explains it.
    """

    rank: int
    status: int
    time: float
    message: str
    traceback: str = ''
    consequence: bool = False


def report(error: Exception, status: int) -> bool:
    """Leave an error to the launcher; return whether there is one that prints it.

    Args:
        error: What ends this process.
        status: The exit status that it will have.
    """
    path = own_file()
    if path is None:
        return False
    user = isinstance(error, ConfigError)
    words = str(error) if user else _words(error)
    other = isinstance(error, OtherProcessError) or bool(CONSEQUENCE.search(words))
    one = Report(
        rank=int(os.environ['RANK']),
        status=status,
        time=time.time(),
        message=words,
        traceback='' if user else ''.join(traceback.format_exception(error)),
        consequence=not user and other,
    )
    path.write_text(json.dumps(asdict(one)), encoding='utf-8')
    return True


def read_report(path: Path) -> Report | None:
    """Return the report in a file, None if the process ended before it was written."""
    try:
        return Report(**json.loads(path.read_text(encoding='utf-8')))
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def own_file() -> Path | None:
    """Return the file for the report of this process, None without a launcher."""
    return Path(os.environ[FILE]) if FILE in os.environ else None


def stack_files(report_file: Path) -> tuple[Path, Path]:
    """Return the files for stacks: when the time for a step is up, and at a crash.

    They are two, since both may be written at the same time.

    Args:
        report_file: That of the process.
    """
    return report_file.with_suffix('.late'), report_file.with_suffix('.crash')


def _words(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    name, words = type(error).__name__, words_of(error)
    place = ''
    if frames:
        last = frames[-1]
        place = f' ({Path(last.filename).name}:{last.lineno}, in {last.name})'
    return f'{words if words.startswith(name) else f"{name}: {words}"}{place}'

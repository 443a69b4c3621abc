# SPDX-License-Identifier: Apache-2.0
"""Answers about files, remembered until the files change."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import msgspec
from filelock import FileLock

from mmmetaformer.version import __version__

__all__ = ['cache_folder', 'remembered']

UNUSED = 60 * 24 * 3600  # seconds after which an answer that nobody needed is removed

Answer = TypeVar('Answer')


def remembered(
    question: str,
    paths: Iterable[str | Path],
    kind: type[Answer],
    find_out: Callable[[], Answer],
) -> Answer:
    """Return what `find_out` returns, without calling it if nothing changed since.

    Size and times of a file say whether it changed, or its permissions did. An answer
    that cannot be written, for example because the home folder is read-only, is not
    remembered.

    Args:
        question: Everything else that the answer depends on.
        paths: The files that the answer is about. They exist.
        kind: Type of the answer, one that msgspec reads and writes.
        find_out: Looks into the files.
    """
    stamps = [(os.path.abspath(path), *_stamp(path)) for path in paths]
    words = repr((__version__, question, stamps))
    file = cache_folder() / f'{hashlib.sha256(words.encode()).hexdigest()}.json'
    answer = _read(file, kind)
    if answer is not None:
        return answer
    with _alone(file):
        answer = _read(file, kind)  # another process found out meanwhile
        if answer is None:
            answer = find_out()
            _write(file, answer)
    return answer


def cache_folder() -> Path:
    """Return the folder of the answers: `mmmetaformer/checks` in the user's cache."""
    root = os.environ.get('XDG_CACHE_HOME') or Path('~/.cache').expanduser()
    return Path(root) / 'mmmetaformer' / 'checks'


def _read(file: Path, kind: type[Answer]) -> Answer | None:
    """Return a remembered answer, None if there is none of this kind."""
    try:
        answer = msgspec.json.decode(file.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None
    with suppress(OSError):
        os.utime(file)
    return answer


def _write(file: Path, answer: object) -> None:
    try:
        # Another process may read the file.
        beside = file.with_suffix(f'.{os.getpid()}')
        beside.write_bytes(msgspec.json.encode(answer))
        beside.replace(file)
        _forget_unused(file.parent)
    # Of a file whose name is not UTF-8, the answer cannot be written either.
    except (OSError, UnicodeEncodeError):
        pass


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Let one process at a time find out an answer, if the folder can be written.

    All processes of a run ask at the same time. One reads the files, the others wait
    and read what it remembered.
    """
    lock = FileLock(file.with_suffix('.lock'))
    with ExitStack() as stack:
        with suppress(OSError, NotImplementedError):
            file.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(lock)
        yield


def _forget_unused(folder: Path) -> None:
    oldest = time.time() - UNUSED
    for file in folder.iterdir():
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)


def _stamp(path: str | Path) -> tuple[int, int, int]:
    status = os.stat(path)
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns

# SPDX-License-Identifier: Apache-2.0
"""One training run at a time in a work dir."""

import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.launchers import is_first_process

__all__ = ['LOCK', 'WorkDirLock', 'is_held']

#: The file whose lock a run holds. It stays; only the lock counts.
LOCK = '.training.lock'
# Seconds to wait for a process that is about to end: on this machine, and on another
# one, whose locks a file server keeps for a while after the machine has stopped.
WAIT_HERE = 3.0
WAIT_ELSEWHERE = 100.0
TAKEN = (errno.EAGAIN, errno.EACCES)
UNSUPPORTED = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)


class WorkDirLock:
    """Holds the folders of a run until the block or its process ends.

    Folders that exist are taken when the block begins, the others by `create`. The
    first process of a run holds them for all. A lock of this kind belongs to a process
    and not to its children, so workers that outlive a killed run do not hold it, and it
    works between machines on file systems with locks, such as NFS.

    Args:
        folders: The work dir first.

    Raises:
        ConfigError: Another run trains in one of the folders, or it cannot be written.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = list(folders) if is_first_process() else []
        self._handles: dict[Path, int] = {}
        #: Whether all folders are held: no other run writes there.
        self.holds_all = False

    def __enter__(self) -> 'WorkDirLock':
        try:
            for folder in self._folders:
                if folder.is_dir():
                    self._take(folder)
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._release()

    def create(self) -> None:
        """Create the folders that did not exist, and take them."""
        for folder in self._folders:
            self._take(folder)
        self.holds_all = bool(self._handles) and len(self._handles) == len(
            self._folders
        )

    def _take(self, folder: Path) -> None:
        if folder in self._handles:
            return
        file = folder / LOCK
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            is_work_dir = folder == self._folders[0]
            option = '--work-dir' if is_work_dir else 'default_hooks.checkpoint.out_dir'
            raise ConfigError(
                f'{folder} cannot be written: {error.strerror}. Choose another folder: '
                f'{option}'
            ) from error
        try:
            held = _wait_for(handle, folder)
        except BaseException:
            os.close(handle)
            raise
        if not held:
            os.close(handle)
            return
        self._handles[folder] = handle
        os.ftruncate(handle, 0)
        os.pwrite(handle, f'{socket.gethostname()} {os.getpid()}\n'.encode(), 0)

    def _release(self) -> None:
        for handle in self._handles.values():
            os.close(handle)
        self._handles.clear()
        self.holds_all = False


def is_held(folder: Path) -> bool:
    """Return whether another process trains in a folder, as far as its lock says.

    The process that holds the lock must not call it: closing the file ends the lock.
    """
    try:
        handle = os.open(folder / LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.lockf(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in TAKEN
    finally:
        os.close(handle)
    return False


def _wait_for(handle: int, folder: Path) -> bool:
    """Take the lock of an open file; return False if its file system has no locks.

    Raises:
        ConfigError: Another process holds it.
    """
    start = time.monotonic()
    said = False
    while True:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno in UNSUPPORTED:
                warn(
                    f'the file system of {folder} has no locks ({error.strerror}): '
                    'nothing stops a second run in the same folder'
                )
                return False
            if error.errno not in TAKEN:
                raise
        host, process = _holder(handle)
        here = host in ('', socket.gethostname())
        if time.monotonic() - start > (WAIT_HERE if here else WAIT_ELSEWHERE):
            raise ConfigError(
                f'another run trains in {folder}: process {process} on {host}. Wait '
                'for it, end it, or choose another folder: --work-dir'
            )
        if not here and not said:
            said = True
            warn(
                f'{folder} is locked by process {process} on {host}: waiting '
                f'{WAIT_ELSEWHERE:.0f} s, in case that machine has stopped'
            )
        time.sleep(0.2)


def _holder(handle: int) -> tuple[str, str]:
    """Return the host and the process that the holder of a lock has written."""
    words = os.pread(handle, 300, 0).decode(errors='replace').split()
    return (words[0], words[1]) if len(words) == 2 else ('', '(unknown)')

# SPDX-License-Identifier: Apache-2.0
"""A folder that appears under its name only once it is complete."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from mmmetaformer.checks.writable import check_folder_writable
from mmmetaformer.errors import ConfigError

__all__ = ['check_new', 'new_folder']


def check_new(target: Path, option: str) -> None:
    """Refuse a target that is there already, or that cannot be written.

    Args:
        target: The folder to write. An empty one is fine.
        option: What the user sets to choose another one, such as '--out'.

    Raises:
        ConfigError: It exists and is not an empty folder, or there are no rights.
    """
    if os.path.lexists(target) and not _is_empty(target):
        raise ConfigError(
            f'{target} exists: nothing is written over it. Delete it, or choose '
            f'another folder: {option}'
        )
    check_folder_writable(target, option)


@contextmanager
def new_folder(target: Path, option: str) -> Iterator[Path]:
    """Yield an empty folder to fill; it gets its name when the block ends well.

    What an earlier, killed process left behind is removed.

    Args:
        target: The folder to write.
        option: What the user sets to choose another one.

    Raises:
        ConfigError: It exists, cannot be written, or another process writes it.
    """
    target = target.absolute()
    check_new(target, option)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f'.{target.name}.part')
    lock = FileLock(f'{part}.lock', timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ConfigError(f'another process writes {target}: wait for it') from None
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        try:
            yield part
            if target.is_dir():
                target.rmdir()  # it was empty
            part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    finally:
        # Once it is released, another process may hold it.
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())

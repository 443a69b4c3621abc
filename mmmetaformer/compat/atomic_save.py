# SPDX-License-Identifier: Apache-2.0
"""Make mmengine write local files completely or not at all.

`LocalBackend.put` writes to the target itself. A run that is killed while it saves
leaves a truncated checkpoint there, and cannot resume from it. Upstream: mmengine
0.10.7, `mmengine/fileio/backends/local_backend.py`. Remove `install` when `put` writes
a temporary file, syncs and renames it.
"""

import errno
import os
import re
import tempfile
from pathlib import Path

from mmengine.fileio import LocalBackend

__all__ = ['install', 'target_of_temporary', 'write_file']

# The name of a temporary file: a dot, the target's name and what mkstemp adds.
TEMPORARY = re.compile(r'\.(.+)\.[a-z0-9_]{8}')
# What file systems say that cannot sync a folder, such as some over a network.
NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)


def install() -> None:
    """Replace `LocalBackend.put`. Further calls change nothing."""
    LocalBackend.put = _put


def write_file(target: Path, content: bytes) -> None:
    """Write a file completely or not at all, also if the machine stops.

    The content is written and synced to a temporary file in the same folder, which is
    then renamed. Then the folder is synced, so that the new name lasts.

    Args:
        target: The file; its folder is created.
        content: All of it.

    Raises:
        OSError: It cannot be written. The target is as before, and no temporary file
            is left.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f'.{target.name}.')
    try:
        with os.fdopen(handle, 'wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes the file private; set the mode that open() would set.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, target)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = error.filename or str(target)
        raise
    _sync_folder(target.parent)


def target_of_temporary(name: str) -> str | None:
    """Return what a temporary file of `write_file` was to become, None for others.

    Args:
        name: A file's name, without its folder.
    """
    match = TEMPORARY.fullmatch(name)
    return match[1] if match else None


def _put(self: LocalBackend, obj: bytes, filepath: str | Path) -> None:
    write_file(Path(filepath), obj)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NO_SYNC:
            raise
    finally:
        os.close(handle)

# SPDX-License-Identifier: Apache-2.0
"""The file in a work dir that names the last checkpoint."""

import os
from pathlib import Path

from mmmetaformer.compat.atomic_save import write_file

__all__ = ['POINTER', 'lost_checkpoint', 'read_pointer', 'write_pointer']

#: Also mmengine's name for it.
POINTER = 'last_checkpoint'
MAX_LENGTH = 4096  # bytes of a path on Linux


def read_pointer(work_dir: Path) -> str | None:
    """Return what `last_checkpoint` names, None if it names nothing.

    A file of that name in the work dir counts, also if another folder is named: the
    work dir may have been moved or copied, and the path may be relative to another
    folder. An address, such as s3://..., is returned as it is.

    Args:
        work_dir: The work dir of a run.
    """
    named = _text(work_dir)
    if not named or '\0' in named:
        return None
    if '://' in named:
        return named
    here = work_dir / Path(named).name
    for path in (here, Path(named)):
        if os.path.isfile(path):
            return str(path)
    return None


def lost_checkpoint(work_dir: Path) -> str | None:
    """Return what `last_checkpoint` names if it does not exist, else None.

    Args:
        work_dir: The work dir of a run.
    """
    return None if read_pointer(work_dir) else _text(work_dir) or None


def write_pointer(work_dir: Path, checkpoint: str) -> None:
    """Let `last_checkpoint` name a checkpoint, or leave it as it is.

    Args:
        work_dir: The work dir of a run.
        checkpoint: A path or an address.

    Raises:
        OSError: It cannot be written, and names what it named before.
    """
    write_file(work_dir / POINTER, os.fsencode(checkpoint))


def _text(work_dir: Path) -> str:
    """Return the content of the pointer, '' without one."""
    pointer = work_dir / POINTER
    if not pointer.is_file():
        return ''
    return os.fsdecode(pointer.read_bytes()[:MAX_LENGTH]).strip()

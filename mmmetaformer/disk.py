# SPDX-License-Identifier: Apache-2.0
"""Disks on which files cannot be written, or do not fit."""

import shutil
from pathlib import Path

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import size_text

__all__ = ['cannot_write', 'check_free', 'nearest_folder']


def cannot_write(what: object, folder: Path, error: OSError) -> str:
    """Return what cannot be written, why, and how much space is left.

    Args:
        what: The file.
        folder: Where it is or was to be.
        error: What the system raised.
    """
    there = nearest_folder(folder)
    free = size_text(shutil.disk_usage(there).free)
    reason = error.strerror or str(error)
    return f'{what} cannot be written: {reason} ({free} free in {there})'


def check_free(target: Path, needed: int, what: str) -> None:
    """Refuse a disk that is too small.

    Args:
        target: The folder of `--out`, which need not exist.
        needed: Bytes.
        what: What takes them, with its verb, such as 'the copies take'.

    Raises:
        ConfigError: There is less space.
    """
    free = shutil.disk_usage(nearest_folder(target.absolute())).free
    if free < needed:
        raise ConfigError(
            f'{target} has {size_text(free)} free, and {what} {size_text(needed)}: '
            'free space, or choose another folder: --out'
        )


def nearest_folder(folder: Path) -> Path:
    """Return the folder itself if it exists, or the nearest one above that does."""
    return next(path for path in (folder, *folder.parents) if path.is_dir())

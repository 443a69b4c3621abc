# SPDX-License-Identifier: Apache-2.0
"""A disk on which files cannot be written."""

import shutil
from pathlib import Path

from mmmetaformer.text import size_text

__all__ = ['cannot_write', 'nearest_folder']


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


def nearest_folder(folder: Path) -> Path:
    """Return the folder itself if it exists, or the nearest one above that does."""
    return next(path for path in (folder, *folder.parents) if path.is_dir())

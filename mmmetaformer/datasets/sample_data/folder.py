# SPDX-License-Identifier: Apache-2.0
"""Write folders that are always complete, with a stamp of what is in them."""

import json
import logging
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from mmmetaformer.errors import ConfigError

__all__ = ['STAMP_NAME', 'write_folder']

STAMP_NAME = 'sample.json'

MADE_BY = 'mmmetaformer sample data'
# Increment it with each change to what the same parameters produce.
FORMAT = 1

logger = logging.getLogger(__name__)


def write_folder(
    root: str | os.PathLike[str],
    stamp: Mapping[str, str | int],
    fill: Callable[[Path], None],
) -> None:
    """Write a folder, unless it already exists with the same stamp.

    The folder is filled under a temporary name and renamed once it is complete, so a
    killed process leaves no partial `root`. If several processes call this at the same
    time, all of them use the folder of the first to finish.

    Args:
        root: Folder to write. A folder with another stamp is replaced.
        stamp: Parameters that determine the content.
        fill: Function that writes the content into the empty folder passed to it.

    Raises:
        ConfigError: `root` exists without a stamp. It is not changed.
    """
    # Follow a link now, so that the rename stays within one file system.
    root = Path(root).resolve()
    stamp = {'made_by': MADE_BY, 'format': FORMAT, **stamp}
    found = _read_stamp(root)
    if found is None and os.path.lexists(root):
        # Another process may have written it since the first look.
        found = _read_stamp(root)
        if found is None:
            raise ConfigError(
                f'{root} exists but is not sample data: it has no valid {STAMP_NAME}. '
                'Choose another folder, or delete this one.'
            )
    if found == stamp:
        return
    if found is not None:
        logger.warning('%s has other sample data and is replaced: %s', root, found)
        _remove_outdated(root, stamp)

    root.parent.mkdir(parents=True, exist_ok=True)
    part = _beside(root)
    part.mkdir()
    try:
        fill(part)
        text = json.dumps(stamp, indent=2) + '\n'
        (part / STAMP_NAME).write_text(text, encoding='utf-8')
        try:
            part.rename(root)
        except OSError:
            # No error if another process was faster, which its stamp shows.
            if _read_stamp(root) != stamp:
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _remove_outdated(root: Path, stamp: Mapping[str, str | int]) -> None:
    """Remove a folder in one step, unless it has this stamp by now."""
    aside = _beside(root)
    try:
        root.rename(aside)
    except FileNotFoundError:
        return  # another process did it
    if _read_stamp(aside) == stamp:
        # Another process finished after the stamp was read.
        with suppress(OSError):
            aside.rename(root)
    shutil.rmtree(aside, ignore_errors=True)


def _read_stamp(root: Path) -> dict[str, Any] | None:
    """Return the stamp of a folder, None if it has no valid one."""
    try:
        stamp = json.loads((root / STAMP_NAME).read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return None
    if isinstance(stamp, dict) and stamp.get('made_by') == MADE_BY:
        return stamp
    return None


def _beside(root: Path) -> Path:
    """Return a new name in the same folder, and so in the same file system."""
    return root.with_name(f'.{root.name}.{uuid4().hex}.part')

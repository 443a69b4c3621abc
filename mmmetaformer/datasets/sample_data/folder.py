# SPDX-License-Identifier: Apache-2.0
"""Folders that are there completely or not at all, and know what made them."""

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

_MADE_BY = 'mmmetaformer sample data'
# To be raised with every change to what is written for the same parameters.
_FORMAT = 1

_logger = logging.getLogger(__name__)


def write_folder(
    root: str | os.PathLike[str],
    stamp: Mapping[str, str | int],
    fill: Callable[[Path], None],
) -> None:
    """Makes a folder, or does nothing if it is there already with the same stamp.

    It is filled under another name beside `root` and renamed when it is complete: a
    killed run leaves no half-filled `root`. Several processes may call this at once:
    the first to finish wins and the others take its folder.

    Args:
        root: Folder to make. If it has another stamp of ours, it is replaced.
        stamp: Parameters that determine the content.
        fill: Writes the content into the empty folder it is given.

    Raises:
        ConfigError: `root` exists and was not made here; it is left as it is.
    """
    # A link is followed here, so that the rename stays within one file system.
    root = Path(root).resolve()
    stamp = {'made_by': _MADE_BY, 'format': _FORMAT, **stamp}
    found = _read_stamp(root)
    if found is None and os.path.lexists(root):
        # Another process may have finished it since the look above.
        found = _read_stamp(root)
        if found is None:
            raise ConfigError(
                f'{root} exists and was not written as sample data (it has no valid '
                f'{STAMP_NAME}); give another folder, or delete this one'
            )
    if found == stamp:
        return
    if found is not None:
        _logger.warning('%s holds other sample data, writing it anew: %s', root, found)
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
            # Fine if another process was faster, which the stamp tells.
            if _read_stamp(root) != stamp:
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _remove_outdated(root: Path, stamp: Mapping[str, str | int]) -> None:
    """Removes a folder at one stroke, unless it has this stamp by now."""
    aside = _beside(root)
    try:
        root.rename(aside)
    except FileNotFoundError:
        return  # another process did it
    if _read_stamp(aside) == stamp:
        # Another process finished between our look at the stamp and the rename.
        with suppress(OSError):
            aside.rename(root)
    shutil.rmtree(aside, ignore_errors=True)


def _read_stamp(root: Path) -> dict[str, Any] | None:
    """Returns the stamp in a folder, None if it has none of ours."""
    try:
        stamp = json.loads((root / STAMP_NAME).read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return None
    if isinstance(stamp, dict) and stamp.get('made_by') == _MADE_BY:
        return stamp
    return None


def _beside(root: Path) -> Path:
    """Returns a new name in the same folder, thus in the same file system."""
    return root.with_name(f'.{root.name}.{uuid4().hex}.part')

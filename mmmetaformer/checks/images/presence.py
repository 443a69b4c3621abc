# SPDX-License-Identifier: Apache-2.0
"""Whether every image that a data set names is there."""

import hashlib
import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mmmetaformer.checks.fault import Fault
from mmmetaformer.checks.remembered import remembered
from mmmetaformer.text import shortened

from .fitting_folder import fitting_folder

__all__ = ['missing_images', 'presence_faults']

NAMED = 5


def missing_images(paths: Sequence[str]) -> list[str]:
    """Return the paths at which there is no file.

    Each folder is listed once: for many files that is much faster than asking for each.
    That none is missing is remembered until a folder changes.
    """
    folders = sorted({_split(path)[0] for path in paths})
    if not all(os.path.isdir(folder or '.') for folder in folders):
        return _missing(paths)
    names = hashlib.sha256('\0'.join(paths).encode(errors='surrogateescape'))
    missing = remembered(
        f'missing images {names.hexdigest()}',
        map(Path, folders),
        list[str],
        lambda: _missing(paths),
    )
    # The file behind a broken link may appear without a change of the link's folder.
    return _missing(missing)


def presence_faults(
    missing: Sequence[str],
    number: int,
    source: str,
    folder: str,
    root: str,
    prefix_key: str,
) -> Iterator[Fault]:
    """Yield a fault if images are missing.

    Args:
        missing: The paths at which there is no image.
        number: How many images there should be.
        source: What names them, such as the annotation file.
        folder: The data set's image folder.
        root: Its `data_root`; searched for a folder that fits when all are missing.
        prefix_key: How `--cfg-options` calls the image folder.
    """
    if not missing:
        return
    names = [_below(path, folder) for path in missing]
    entries = tuple(f'image {name}' for name in names)
    if len(missing) == number:
        what = f'none of the {number} images of {source} is in {folder or "."}'
        if number == 1:
            what = f'the only image of {source} is not in {folder or "."}'
        wrong_name = _hint(missing[0])
        if wrong_name:
            way = 'Rename the files, or correct the names.'
        else:
            way = fitting_folder(names, root, prefix_key, folder) or (
                'Set data_root and data_prefix to the folder of the images.'
            )
        yield Fault(
            f'{what}: the first is {names[0]}{wrong_name}',
            way,
            entries=entries,
        )
        return
    first = [
        name + _hint(path)
        for name, path in zip(names[:NAMED], missing[:NAMED], strict=True)
    ]
    verb = 'is' if len(missing) == 1 else 'are'
    yield Fault(
        f'{len(missing)} of {number} images of {source} {verb} missing in '
        f'{folder or "."}: {shortened(first + names[NAMED:], NAMED)}',
        'Add the files, or remove their entries.',
        entries=entries,
    )


def _missing(paths: Iterable[str]) -> list[str]:
    folders: dict[str, set[str] | None] = {}
    missing = []
    for path in paths:
        folder, name = _split(path)
        if folder not in folders:
            folders[folder] = _files_in(folder)
        files = folders[folder]
        if not (os.path.isfile(path) if files is None else name in files):
            missing.append(path)
    return missing


def _split(path: str) -> tuple[str, str]:
    """Return folder and name; `os.path.split` takes four times as long."""
    if os.altsep:
        path = path.replace(os.sep, os.altsep)
    folder, slash, name = path.rpartition('/')
    return folder or slash, name


def _files_in(folder: str) -> set[str] | None:
    """Return the names of the files in a folder, None if it may not be listed."""
    try:
        with os.scandir(folder or '.') as entries:
            return {entry.name for entry in entries if entry.is_file()}
    except PermissionError:
        return None
    except OSError:  # there is no such folder
        return set()


def _below(path: str, folder: str) -> str:
    inside = os.path.join(folder, '')
    return path[len(inside) :] if folder and path.startswith(inside) else path


def _hint(path: str) -> str:
    """Return the name in the folder that a missing one probably means."""
    folder, name = os.path.split(path)
    files = sorted(_files_in(folder) or ())
    for alike in (_folded, _stem):
        for other in files:
            if alike(other) == alike(name):
                return f' (the folder has {other})'
    return ''


def _folded(name: str) -> str:
    return unicodedata.normalize('NFC', name).casefold()


def _stem(name: str) -> str:
    return _folded(Path(name).stem)

# SPDX-License-Identifier: Apache-2.0
"""Unpack what is needed of a zip file, whole or not at all."""

import os
import shutil
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from tqdm import tqdm

from mmmetaformer.errors import ConfigError

__all__ = ['bytes_of', 'move_in', 'unpack']

CHUNK = 1 << 20  # bytes


def bytes_of(path: Path, taken: Iterable[str]) -> int:
    """Return the bytes of folders and files in a zip file, unpacked."""
    with zipfile.ZipFile(path) as archive:
        return sum(member.file_size for member in _members(archive, taken))


def unpack(path: Path, taken: Iterable[str], part: Path) -> None:
    """Unpack folders and files of a zip file into an empty folder.

    Reading a file to its end compares its CRC.

    Args:
        path: The zip file.
        taken: Names of folders and files in it.
        part: Where; what is there already is removed.

    Raises:
        ConfigError: The zip file is damaged, or does not have them.
    """
    taken = tuple(taken)
    shutil.rmtree(part, ignore_errors=True)
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, taken)
            missing = [
                n for n in taken if not any(_is_in(m.filename, n) for m in members)
            ]
            if missing:
                raise ConfigError(f'{path} has no {missing[0]}: it is another archive')
            total = sum(member.file_size for member in members)
            with tqdm(
                desc=path.name, total=total, unit='B', unit_scale=True, delay=1
            ) as progress:
                for member in members:
                    _write(archive, member, part, progress)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ConfigError(
            f'{path} is damaged ({error}). Delete it and run the same command again'
        ) from error


def move_in(part: Path, taken: Iterable[str], target: Path) -> None:
    """Give unpacked folders and files their names, each in one step.

    Args:
        part: Where they were unpacked.
        taken: Their names.
        target: The folder that gets them.
    """
    # What has a name must also be there after the power fails.
    os.sync()
    for name in taken:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(part / name, target / name)
    shutil.rmtree(part)


def _members(archive: zipfile.ZipFile, taken: Iterable[str]) -> list[zipfile.ZipInfo]:
    taken = tuple(taken)
    return [
        member
        for member in archive.infolist()
        if not member.is_dir() and any(_is_in(member.filename, name) for name in taken)
    ]


def _is_in(member: str, name: str) -> bool:
    return member == name or member.startswith(f'{name}/')


def _write(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, part: Path, progress: tqdm
) -> None:
    target = part / member.filename
    if '..' in target.parts:
        raise ConfigError(f'{archive.filename} has a file {member.filename}: refused')
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, open(target, 'wb') as file:
        while chunk := source.read(CHUNK):
            file.write(chunk)
            progress.update(len(chunk))

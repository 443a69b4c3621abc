# SPDX-License-Identifier: Apache-2.0
"""Fetch an official data set: what is missing, in steps that can be repeated."""

import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from mmmetaformer.checks.writable import check_folder_writable
from mmmetaformer.disk import check_free
from mmmetaformer.errors import ConfigError
from mmmetaformer.weights.download import download

from ..place import Placer
from .official import Archive
from .unpack import bytes_of, move_in, unpack
from .verify import how_verified, verify

__all__ = ['fetch']

ARCHIVES = '.archives'


def fetch(
    archives: Sequence[Archive], target: Path, source: Path | None, keep: bool
) -> list[str]:
    """Download or take archives, verify and unpack them.

    Each is fetched on its own: what is complete stays, an interrupted download
    resumes, and an interrupted unpacking is done again. Nothing has its final name
    before it is complete.

    Args:
        archives: What to fetch.
        target: The folder that gets the content.
        source: A folder with archives, or with what they contain; None to download.
        keep: Keep downloaded archives in `target/.archives`.

    Returns:
        A line for each archive.

    Raises:
        ConfigError: Something is not available, damaged, or does not fit on the disk.
    """
    check_folder_writable(target, '--out')
    if source is not None and not source.is_dir():
        raise ConfigError(f'--from: {source} is no folder')
    target.mkdir(parents=True, exist_ok=True)
    lock = target / '.prepare.lock'
    try:
        with FileLock(lock, timeout=0):
            try:
                return _fetch_missing(archives, target, source, keep)
            finally:
                # Once it is released, another process may hold it.
                lock.unlink(missing_ok=True)
    except Timeout:
        raise ConfigError(f'another process fills {target}: wait for it') from None


def _fetch_missing(
    archives: Sequence[Archive], target: Path, source: Path | None, keep: bool
) -> list[str]:
    missing = [archive for archive in archives if not _is_there(archive, target)]
    _check_space(missing, target, source, keep)
    return [
        _fetch(archive, target, source, keep)
        if archive in missing
        else f'{_named(archive)}: there already'
        for archive in archives
    ]


def _fetch(archive: Archive, target: Path, source: Path | None, keep: bool) -> str:
    part = target / f'.{archive.name}.part'
    try:
        if source is not None and not (source / archive.name).is_file():
            words = _take_unpacked(archive, source, part)
            move_in(part, archive.taken, target)
            return f'{_named(archive)}: {words}'
        if source is not None:
            file = source / archive.name
            verify(file, archive)
        else:
            file = target / ARCHIVES / archive.name
            download(
                archive.url,
                file,
                check=lambda path: verify(path, archive),
                what='an archive',
                way_out=f'Download {archive.name} with a browser or on another '
                'machine, and name its folder: --from FOLDER',
            )
        unpack(file, archive.taken, part)
        _check_counts(archive, part, f'{file} has')
        move_in(part, archive.taken, target)
        if source is None and not keep:
            file.unlink()
            _remove_if_empty(file.parent)
        return f'{_named(archive)}: {how_verified(archive)}'
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _take_unpacked(archive: Archive, source: Path, part: Path) -> str:
    """Link what the archive contains from a folder where somebody unpacked it."""
    absent = [name for name in archive.taken if not (source / name).exists()]
    if absent:
        raise ConfigError(
            f'--from: {source} has neither {archive.name} nor {absent[0]}. Without '
            f'--from, it is downloaded from {archive.url}'
        )
    _check_counts(archive, source, f'{source} has')
    placer = Placer(copy=False)
    for name in archive.taken:
        place = source / name
        files = [place] if place.is_file() else sorted(_files(place))
        for file in files:
            placer.place(file, part / file.relative_to(source))
    how = 'copied' if placer.copied else 'hard links'
    return f'taken unpacked, {how}; the number of files verified'


def _is_there(archive: Archive, target: Path) -> bool:
    """Return whether all that is taken from an archive is in the target.

    Raises:
        ConfigError: A folder is there, but not complete: nobody knows what it is.
    """
    there = all((target / name).exists() for name in archive.taken)
    if there:
        way_out = 'Delete it, or choose another folder: --out'
        _check_counts(archive, target, f'{target} has', way_out)
    return there


def _check_counts(archive: Archive, root: Path, who: str, way_out: str = '') -> None:
    for name, expected in archive.counts.items():
        found = sum(1 for _ in _files(root / name))
        if found != expected:
            end = f'. {way_out}' if way_out else ''
            raise ConfigError(
                f'{who} {found:,} files in {name}, expected {expected:,}{end}'
            )


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob('*')
        if path.is_file() and not path.name.startswith('.')
    ]


def _check_space(
    missing: Sequence[Archive], target: Path, source: Path | None, keep: bool
) -> None:
    """Refuse a disk that is too small at any moment of the work."""
    taken = peak = 0
    for archive in missing:
        file = (source or target / ARCHIVES) / archive.name
        content = bytes_of(file, archive.taken) if _is_zip(file) else archive.space
        load = (archive.size or archive.space) if source is None else 0
        begun = file if file.is_file() else file.with_name(file.name + '.part')
        done = begun.stat().st_size if source is None and begun.is_file() else 0
        peak = max(peak, taken + load - done + content)
        taken += content + (load - done if keep else -done)
    check_free(target, peak, 'while it is unpacked the data takes up to')


def _is_zip(file: Path) -> bool:
    return file.is_file() and zipfile.is_zipfile(file)


def _named(archive: Archive) -> str:
    return ' and '.join(archive.taken)


def _remove_if_empty(folder: Path) -> None:
    for lock in folder.glob('*.lock'):
        lock.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()

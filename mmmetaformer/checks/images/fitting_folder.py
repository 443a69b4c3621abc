# SPDX-License-Identifier: Apache-2.0
"""The folder in which the images are, when none is where it should be."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ['fitting_folder']

DEPTH = 3  # levels of folders below the root
MOST_FOLDERS = 300  # the root may be the whole disk


def fitting_folder(
    names: Sequence[str], root: str, prefix_key: str, now: str = ''
) -> str | None:
    """Return what to do so that every image is found, None if nothing helps.

    Args:
        names: The images' names as the annotations say, all missing.
        root: The folder to search.
        prefix_key: How `--cfg-options` calls the images' folder below the root.
        now: The images' folder as the config has it.
    """
    top = Path(root or '.')

    def _option(folder: Path) -> str:
        below = folder.relative_to(top).as_posix()
        return f'{prefix_key}={"" if below == "." else below}'

    folders = list(_folders(top))
    for folder in folders:
        if _all_in(folder, names):
            return f'They are in {folder}: --cfg-options {_option(folder)}'
    slashed = [name.replace('\\', '/') for name in names]
    if slashed != list(names):
        for folder in folders:
            if _all_in(folder, slashed):
                return f"{folder} has them with '/' where the names have '\\'."
    parts = [_parts(name) for name in names]
    for removed in range(1, min(map(len, parts))):
        rests = ['/'.join(part[removed:]) for part in parts]
        for folder in folders:
            if _all_in(folder, rests):
                start = names[0][: -len(rests[0])]
                there = f'{folder} has them without {start!r} in front: '
                if Path(now) == folder and not os.path.isabs(start):
                    return f'{there}move them to {folder / start}'
                return (
                    f'{there}remove that from every name, and --cfg-options '
                    f'{_option(folder)}'
                )
    return None


def _parts(name: str) -> list[str]:
    return [part for part in name.replace('\\', '/').split('/') if part]


def _all_in(folder: Path, names: Sequence[str]) -> bool:
    return all(os.path.isfile(os.path.join(folder, name)) for name in names)


def _folders(top: Path) -> Iterator[Path]:
    """Yield a folder and those below it, the upper ones first."""
    found, level = 0, [top]
    for _ in range(DEPTH + 1):
        below: list[Path] = []
        for folder in level:
            found += 1
            if found > MOST_FOLDERS:
                return
            yield folder
            below.extend(_folders_in(folder))
        level = below


def _folders_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return sorted(Path(entry.path) for entry in entries if entry.is_dir())
    except OSError:
        return []

# SPDX-License-Identifier: Apache-2.0
"""The file that the name of a config stands for."""

import difflib
from pathlib import Path

from mmmetaformer.errors import ConfigError

__all__ = ['find_config']

#: Where configs are looked for: two levels deep, as `configs/` is laid out. Deeper
#: would walk through data sets and environments when a name has no folder.
PATTERNS = ('*.py', '*/*.py', 'configs/*/*.py')


def find_config(path: str) -> Path:
    """Return the config file `path`, or say where a file of that name is.

    Args:
        path: The config file.

    Raises:
        ConfigError: There is no such file. Names the files of the same name in the
            folder of configs, else those with the most similar names.
    """
    file = Path(path)
    if file.is_file():
        return file
    raise ConfigError(f'there is no config file {path}{_hint(file)}')


def _hint(file: Path) -> str:
    if file.is_dir():
        return ': it is a folder'
    candidates: dict[str, list[str]] = {}
    for other in _candidates(file):
        candidates.setdefault(other.name, []).append(str(other))
    if file.name in candidates:
        return f': it is at {" or ".join(candidates[file.name])}'
    names = difflib.get_close_matches(file.name, candidates, n=3)
    near = [other for name in names for other in candidates[name]]
    return f'. Did you mean {" or ".join(near)}?' if near else ''


def _candidates(file: Path) -> list[Path]:
    folder = next(parent for parent in file.parents if parent.is_dir())
    # From configs/METHOD up to configs/, where the other methods are.
    for parent in (folder, *folder.parents):
        if parent.name == 'configs':
            folder = parent
            break
    return sorted({other for pattern in PATTERNS for other in folder.glob(pattern)})

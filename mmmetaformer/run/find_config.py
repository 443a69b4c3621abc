# SPDX-License-Identifier: Apache-2.0
"""The file that the name of a config stands for."""

import difflib
from pathlib import Path

from mmmetaformer.errors import ConfigError
from mmmetaformer.shipped import configs_in, find_by_name, shipped_folder

__all__ = ['config_named', 'find_config']

#: Where configs are looked for: two levels deep, as `configs/` is laid out. Deeper
#: would walk through data sets and environments when a name has no folder.
PATTERNS = ('*.py', '*/*.py', 'configs/*/*.py')


def config_named(path: str) -> Path | None:
    """Return the config file `path`, or the config of that name, None without one.

    A local file comes first, then a config in the local folder `configs`, then one that
    comes with the package. Names may leave out `.py` and the folder of the method.
    """
    for file in (Path(path), Path(f'{path}.py')):
        if file.is_file():
            return file
    for folder in (Path('configs'), shipped_folder()):
        found = find_by_name(folder, path) if folder else None
        if found:
            return found
    return None


def find_config(path: str, kind: str = 'config file') -> Path:
    """Return what `config_named` returns.

    Args:
        path: The config file, or the name of a config.
        kind: What it may be, for the message.

    Raises:
        ConfigError: There is no such file. Names the files of the same name in the
            folder of configs, else those with the most similar names.
    """
    found = config_named(path)
    if found is None:
        raise ConfigError(f'there is no {kind} {path}{_hint(Path(path))}')
    return found


def _hint(file: Path) -> str:
    if file.is_dir():
        return ': it is a folder'
    candidates: dict[str, list[str]] = {}
    for other in _candidates(file):
        candidates.setdefault(other.stem, []).append(str(other))
    name = file.name.removesuffix('.py')
    if name in candidates:
        return f': it is at {" or ".join(candidates[name])}'
    shipped = shipped_folder()
    if shipped and not file.is_absolute():
        for known in configs_in(shipped):
            candidates.setdefault(known, [known])
    names = difflib.get_close_matches(name, candidates, n=3)
    near = [other for name in names for other in candidates[name]]
    if near:
        return f'. Did you mean {" or ".join(near)}?'
    return '. `mmmetaformer configs` lists the names of all configs'


def _candidates(file: Path) -> list[Path]:
    folder = next(parent for parent in file.parents if parent.is_dir())
    # From configs/METHOD up to configs/, where the other methods are.
    for parent in (folder, *folder.parents):
        if parent.name == 'configs':
            folder = parent
            break
    return sorted({other for pattern in PATTERNS for other in folder.glob(pattern)})

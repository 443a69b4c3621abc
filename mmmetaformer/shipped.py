# SPDX-License-Identifier: Apache-2.0
"""Files that come with the package: in a checkout, or in an installed wheel."""

from pathlib import Path

__all__ = ['configs_in', 'find_by_name', 'shipped_folder']

PACKAGE = Path(__file__).resolve().parent


def shipped_folder(name: str = 'configs') -> Path | None:
    """Return a folder of the repository, or its copy in a wheel; None without both.

    Args:
        name: The folder: 'configs' or 'requirements'.
    """
    # The wheel's first: beside an installed package are the folders of other projects.
    for parent in (PACKAGE / '.mim', PACKAGE.parent):
        if (parent / name).is_dir() and (parent / 'model-index.yml').is_file():
            return parent / name
    return None


def configs_in(folder: Path) -> dict[str, Path]:
    """Return the configs of a folder laid out as `configs/`, by their names."""
    files = (*folder.glob('*.py'), *folder.glob('[!_]*/*.py'))
    return {file.stem: file for file in sorted(files)}


def find_by_name(folder: Path, name: str) -> Path | None:
    """Return the config in a folder that a name stands for, None if there is none.

    Args:
        folder: Laid out as `configs/`.
        name: With or without `.py`, `configs/` and the folder of the method.
    """
    path = Path(name.removesuffix('.py'))
    parts = path.parts[1:] if path.parts[:1] == (folder.name,) else path.parts
    if not parts or path.is_absolute() or '..' in parts:
        return None
    exact = folder.joinpath(*parts[:-1], f'{parts[-1]}.py')
    if exact.is_file():
        return exact
    if not all((folder / part).is_dir() for part in parts[:-1]):
        return None
    return configs_in(folder).get(parts[-1])

# SPDX-License-Identifier: Apache-2.0
"""Whether a run can write where it is asked to."""

import errno
import os
import tempfile
from pathlib import Path

from mmmetaformer.disk import nearest_folder
from mmmetaformer.errors import ConfigError

__all__ = ['check_file_writable', 'check_folder_writable']


def check_folder_writable(folder: str | Path, option: str) -> None:
    """Refuse a folder in which nothing can be written, or that cannot be created.

    Writes a byte into it, or into the nearest folder above that exists. Creates nothing
    that stays.

    Args:
        folder: The folder, which need not exist.
        option: What the user sets to choose another one, such as '--work-dir'.

    Raises:
        ConfigError: With the system's reason.
    """
    try:
        above = _folder_above(Path(folder).absolute())
        with tempfile.TemporaryFile(dir=above) as file:
            file.write(b' ')
            file.flush()
    except OSError as error:
        raise ConfigError(
            f'{folder} cannot be written: {error.strerror}. Choose another folder: '
            f'{option}'
        ) from error


def check_file_writable(file: str | Path, option: str) -> None:
    """Refuse a file that cannot be written.

    Args:
        file: The file, which need not exist.
        option: What the user sets to choose another one, such as '--out'.

    Raises:
        ConfigError: With the system's reason.
    """
    if Path(file).is_dir():
        raise ConfigError(f'{file} cannot be written: it is a folder. See {option}')
    check_folder_writable(Path(file).absolute().parent, option)


def _folder_above(folder: Path) -> Path:
    """Return the nearest folder that exists; raise `OSError` if a file is below it."""
    above = nearest_folder(folder)
    for name in folder.relative_to(above).parts[:1]:
        path = above / name
        # Also a link to nowhere, which `exists` does not see.
        if os.path.lexists(path):
            kind = 'file' if path.exists() else 'broken link'
            raise OSError(errno.ENOTDIR, f'{path} is a {kind}, not a folder')
    return above

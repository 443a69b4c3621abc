# SPDX-License-Identifier: Apache-2.0
"""Whether a run can write where it is asked to."""

import errno
import tempfile
from pathlib import Path

from mmmetaformer.errors import ConfigError

__all__ = ['check_file_writable', 'check_folder_writable', 'existing_folder']


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
        above = existing_folder(Path(folder).absolute())
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


def existing_folder(folder: Path) -> Path:
    """Return the nearest folder that exists, the folder itself or one above."""
    for path in (folder, *folder.parents):
        if path.is_dir():
            return path
        # Also a link to nowhere, which `exists` does not see.
        if path.is_symlink() or path.exists():
            kind = 'file' if path.exists() else 'broken link'
            raise OSError(errno.ENOTDIR, f'{path} is a {kind}, not a folder')
    raise AssertionError('the root is a folder')

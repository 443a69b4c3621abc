# SPDX-License-Identifier: Apache-2.0
"""Write `mmcv/_ext.py`, which makes the stand-in for mmcv's ops part of an environment.

Every program can then import `mmcv.ops`, also one that knows nothing of this package.
Python finds the extension module of a compiled mmcv, `_ext.*.so`, before a file of this
name. Remove this file together with `mmcv_ops`.
"""

from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import cache_from_source
from pathlib import Path

from mmmetaformer.errors import ConfigError, warn

from .mmcv_folder import (
    folders_named_mmcv,
    installed_mmcvs,
    is_in_environment,
    mmcv_folder,
)

__all__ = ['ext_state', 'is_ours', 'remove_ext', 'write_ext']

MARK = (
    '# Written by `mmmetaformer ops install`; `mmmetaformer ops remove` deletes it.\n'
)
# mmseg catches a ModuleNotFoundError where it needs an op.
TEXT = (
    MARK
    + '''"""Load the stand-in for the compiled ops of mmcv from mmmetaformer."""

try:
    from mmmetaformer.compat.mmcv_ops.program import prepare
except ModuleNotFoundError as error:
    missing = error.name or ''
    if missing.partition('.')[0] != 'mmmetaformer':
        raise
    if missing == 'mmmetaformer':
        message = (
            'mmmetaformer, which replaces the compiled ops of mmcv, is not installed. '
            f'Install it, or delete {__file__}.'
        )
    else:
        message = (
            f'this mmmetaformer is of another version than {__file__} and has no '
            f'{missing}. Update it and run `mmmetaformer ops install` again, or delete '
            'the file.'
        )
    raise ModuleNotFoundError(message, name='mmcv._ext') from error

prepare(globals())
'''
)


def is_ours(path: str | Path | None) -> bool:
    """Return whether a file is one that `write_ext` wrote."""
    path = Path(path or '')
    return path.suffix == '.py' and path.is_file() and _starts_with_mark(path)


def ext_state() -> tuple[str, Path]:
    """Return what `mmcv._ext` is in this environment, and its file.

    Returns:
        'compiled', 'ours', 'foreign' for another `_ext.py`, or 'none'; and its path, or
        that which `write_ext` would write.

    Raises:
        ConfigError: mmcv is not installed.
    """
    folder = mmcv_folder()
    for suffix in EXTENSION_SUFFIXES:
        if (compiled := folder / f'_ext{suffix}').exists():
            return 'compiled', compiled
    file = folder / '_ext.py'
    if not file.exists():
        return 'none', file
    return ('ours' if is_ours(file) else 'foreign'), file


def write_ext() -> Path:
    """Write the file and return its path; one of ours is replaced.

    Raises:
        ConfigError: mmcv is not installed or has compiled ops, the file is somebody
            else's, or the folder cannot be written.
    """
    # Imports mmengine, which the other functions do not need.
    from .atomic_save import write_file

    state, path = ext_state()
    several = installed_mmcvs()
    both = f'{" and ".join(several)} are installed and write the same folder'
    if state == 'compiled':
        raise ConfigError(
            f'mmcv has compiled ops, {path}: there is nothing to replace. '
            + (f'{both}: uninstall all but one. ' if len(several) > 1 else '')
            + 'To use the stand-in instead, install mmcv-lite in place of mmcv.'
        )
    if state == 'foreign':
        raise ConfigError(
            f'{path} exists and is not from mmmetaformer. Move it away first.'
        )
    try:
        write_file(path, TEXT.encode())
    except OSError as error:
        raise ConfigError(f'cannot write {path}: {error.strerror}.') from error
    if len(several) > 1:
        warn(f'{both}: uninstall all of them, and install one.')
    if not is_in_environment(path.parent):
        warn(
            f'{path.parent} is not in this environment: the file is for every program '
            'that finds mmcv there.'
        )
    return path


def remove_ext() -> list[Path]:
    """Delete the file where it is ours, and return its path.

    It is also found in the folder that is left of an mmcv that was uninstalled, which
    is deleted too if it is empty then.

    Returns:
        What was deleted: usually one path, none if there is none.

    Raises:
        ConfigError: The file is somebody else's, or the folder cannot be written.
    """
    deleted = []
    for folder in folders_named_mmcv():
        path = folder / '_ext.py'
        if not path.exists():
            continue
        if not is_ours(path):
            raise ConfigError(f'{path} is not from mmmetaformer: it is left as it is.')
        try:
            path.unlink()
            cached = Path(cache_from_source(str(path)))
            cached.unlink(missing_ok=True)
            for emptied in (cached.parent, folder):
                if emptied.is_dir() and not any(emptied.iterdir()):
                    emptied.rmdir()
        except OSError as error:
            raise ConfigError(f'cannot delete {path}: {error.strerror}.') from error
        deleted.append(path)
    return deleted


def _starts_with_mark(path: Path) -> bool:
    with path.open(encoding='utf-8', errors='replace') as file:
        return file.readline() == MARK

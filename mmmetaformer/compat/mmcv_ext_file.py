# SPDX-License-Identifier: Apache-2.0
"""Write `mmcv/_ext.py`, which makes the stand-in for mmcv's ops part of an environment.

Every program can then import `mmcv.ops`, also one that knows nothing of this package.
Python finds the extension module of a compiled mmcv, `_ext.*.so`, before a file of this
name. Remove this file together with `mmcv_ops`.
"""

import importlib.util
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from mmmetaformer.errors import ConfigError

__all__ = ['ext_state', 'is_ours', 'remove_ext', 'write_ext']

MARK = (
    '# Written by `mmmetaformer ops install`; `mmmetaformer ops remove` deletes it.\n'
)
TEXT = (
    MARK
    + '''"""Load the stand-in for the compiled ops of mmcv from mmmetaformer."""

try:
    from mmmetaformer.compat.mmcv_ops.program import prepare
except ModuleNotFoundError as error:
    if not (error.name or '').startswith('mmmetaformer'):
        raise
    raise ImportError(
        'mmmetaformer, which replaces the compiled ops of mmcv, is not installed. '
        f'Install it, or delete {__file__}.'
    ) from error

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
    spec = importlib.util.find_spec('mmcv')
    # Without `__init__.py` it is what is left of an mmcv that was uninstalled.
    if spec is None or spec.origin is None:
        raise ConfigError(
            'mmcv is not installed. Run `pip install "mmcv-lite>=2.0.0,<2.2.0"` first.'
        )
    folder = Path(spec.origin).parent
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
    state, path = ext_state()
    if state == 'compiled':
        raise ConfigError(
            f'mmcv has compiled ops, {path}: there is nothing to replace. To use the '
            'stand-in instead, install mmcv-lite in place of mmcv.'
        )
    if state == 'foreign':
        raise ConfigError(
            f'{path} exists and is not from mmmetaformer. Move it away first.'
        )
    try:
        path.write_text(TEXT)
    except OSError as error:
        raise ConfigError(f'cannot write {path}: {error.strerror}.') from error
    return path


def remove_ext() -> Path | None:
    """Delete the file if it is ours, and return its path; None if there is none.

    Raises:
        ConfigError: mmcv is not installed, the file is somebody else's, or the folder
            cannot be written.
    """
    _, compiled_or_file = ext_state()
    path = compiled_or_file.parent / '_ext.py'
    if not path.exists():
        return None
    if not is_ours(path):
        raise ConfigError(f'{path} is not from mmmetaformer: it is left as it is.')
    try:
        path.unlink()
    except OSError as error:
        raise ConfigError(f'cannot delete {path}: {error.strerror}.') from error
    return path


def _starts_with_mark(path: Path) -> bool:
    with path.open(encoding='utf-8', errors='replace') as file:
        return file.readline() == MARK

# SPDX-License-Identifier: Apache-2.0
"""Let the ops without a stand-in import, and raise an error when they are called."""

from collections.abc import Callable
from importlib import metadata
from typing import NoReturn

__all__ = ['missing_op', 'needs_compiled_mmcv']


def needs_compiled_mmcv(what: str) -> RuntimeError:
    """Return the error for an op, or an option of one, that has no stand-in.

    Args:
        what: Beginning of the message, such as '`mmcv._ext.softnms`'.
    """
    return RuntimeError(
        f'{what} needs the compiled ops of mmcv: the installed one has none, and '
        f'mmmetaformer has no stand-in for this one.\n{_mend()}'
    )


def _mend() -> str:
    """Return how to install compiled ops for the installed mmcv."""
    try:
        version = metadata.version('onedl-mmcv')
    except metadata.PackageNotFoundError:
        return (
            'Install a compiled mmcv built for your torch: `pip uninstall mmcv-lite; '
            'pip install -U openmim; mim install "mmcv>=2.0.0,<2.2.0"`.\n'
            'If there is no wheel for your torch, build it from source: '
            '`pip install --no-build-isolation mmcv==2.1.0`.'
        )
    return (
        'Build it from source, which needs a compiler: `pip install --no-cache-dir '
        '--no-build-isolation --force-reinstall --no-deps --no-binary onedl-mmcv '
        f'onedl-mmcv=={version}`.'
    )


def missing_op(name: str) -> Callable[..., NoReturn]:
    """Return a function that raises a RuntimeError when called.

    It is the module-level `__getattr__` of the stand-in.

    Args:
        name: An attribute that the module does not have.

    Raises:
        AttributeError: `name` starts with an underscore. No op's name does, but Python
            looks up `__path__` and the like, and would misread a function there.
    """
    if name.startswith('_'):
        raise AttributeError(f"module 'mmcv._ext' has no attribute '{name}'")

    # Any arguments, so that every call raises this error and not a TypeError.
    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise needs_compiled_mmcv(f'`mmcv._ext.{name}`')

    refuse.__name__ = refuse.__qualname__ = name
    return refuse

# SPDX-License-Identifier: Apache-2.0
"""What answers for the ops of mmcv that have no stand-in: they import, and raise."""

from collections.abc import Callable
from typing import NoReturn

__all__ = ['COMPILED_MMCV', 'missing_op']

COMPILED_MMCV = (
    'a compiled mmcv>=2.0.0,<2.2.0 built for your torch: `pip uninstall mmcv-lite; '
    'pip install -U openmim; mim install "mmcv>=2.0.0,<2.2.0"`, or from source where '
    'your torch has no wheel of it: `pip install --no-build-isolation mmcv==2.1.0`'
)


def missing_op(name: str) -> Callable[..., NoReturn]:
    """Module-level ``__getattr__`` of the stand-in.

    Args:
        name (str): The attribute that the module does not have.

    Returns:
        Callable: A function that raises a RuntimeError when it is called.

    Raises:
        AttributeError: ``name`` starts with an underscore. No op's does, and Python
            asks modules for ``__path__`` and the like: an answer would mislead it.
    """
    if name.startswith('_'):
        raise AttributeError(f"module 'mmcv._ext' has no attribute '{name}'")

    # Any arguments: the refusal has to be reached however the op is called.
    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise RuntimeError(
            f'mmcv-lite has no compiled ops, and mmmetaformer has no stand-in for '
            f'`mmcv._ext.{name}`. To use it, install {COMPILED_MMCV}'
        )

    refuse.__name__ = refuse.__qualname__ = name
    return refuse

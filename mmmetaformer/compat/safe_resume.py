# SPDX-License-Identifier: Apache-2.0
"""Allow `torch.load(weights_only=True)` to read mmengine's checkpoints, and no more.

`weights_only=True` is the default since torch 2.6. The message hub in mmengine's
checkpoints has numpy values and `HistoryBuffer`s, and the state of `OneCycleLR` one of
its functions, which torch then refuses. Upstream:
https://github.com/open-mmlab/mmengine/issues/1655. Remove this file when mmengine
allow-lists them itself.

This is an allow-list because `weights_only=False` would run code from the file. It has
stand-ins that accept only what a checkpoint needs: numpy's own `dtype` lets a file
reach memory outside an array, `HistoryBuffer` lets it replace the class's methods.
"""

from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.optim.scheduler.param_scheduler import OneCycleParamScheduler

__all__ = ['install']

# Plain numbers of a fixed size: bool, integers and floats of up to 64 bits.
DTYPES = {
    name: np.dtype(name)
    for name in ('b1', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8')
}


class _SavedBuffer:
    """What a file says about a `HistoryBuffer`; becomes one if that is what it is."""

    def __setstate__(self, state: Any) -> None:
        logs, counts = state.get('_log_history'), state.get('_count_history')
        length = state.get('max_length')
        plain = all(type(a) is np.ndarray and a.ndim == 1 for a in (logs, counts))
        if not plain or len(logs) != len(counts) or type(length) is not int:
            raise UnpicklingError('a HistoryBuffer has more or less than its numbers')
        self.__class__ = HistoryBuffer
        HistoryBuffer.__init__(self, logs, counts, length)


class _SavedOneCycle:
    """The class of which `OneCycleLR` saves a function."""


# The functions that pickle finds by `getattr`.
FUNCTIONS: dict[type, tuple[type, tuple[str, ...]]] = {
    _SavedBuffer: (HistoryBuffer, ('min', 'max', 'current', 'mean')),
    _SavedOneCycle: (OneCycleParamScheduler, ('_annealing_cos', '_annealing_linear')),
}


def install() -> None:
    """Allow-list these contents. Further calls change nothing."""
    # Private names of numpy, but pickle stores them by this path.
    from numpy._core.multiarray import _reconstruct, scalar

    allowed: list[Any] = [
        (_SavedBuffer, 'mmengine.logging.history_buffer.HistoryBuffer'),
        (
            _SavedOneCycle,
            'mmengine.optim.scheduler.param_scheduler.OneCycleParamScheduler',
        ),
        (_function_of, 'builtins.getattr'),
        (_dtype, 'numpy.dtype'),
        np.ndarray,
        _reconstruct,
        scalar,
        # numpy 1 pickled these two under another path.
        (_reconstruct, 'numpy.core.multiarray._reconstruct'),
        (scalar, 'numpy.core.multiarray.scalar'),
        # torch restores the state of these, which numpy ignores for its own instances.
        *(type(dtype) for dtype in DTYPES.values()),
    ]
    torch.serialization.add_safe_globals(allowed)


def _dtype(name: object, *_: object) -> np.dtype:
    """Return numpy's own instance of a dtype: a state from the file cannot change it.

    Raises:
        UnpicklingError: It is none of DTYPES.
    """
    if not isinstance(name, str) or name not in DTYPES:
        raise UnpicklingError(f'it asks for an array of {name!r}, not of numbers')
    return DTYPES[name]


def _function_of(owner: type, name: str) -> Callable[..., Any]:
    """Return one of FUNCTIONS; replaces the `getattr` with which pickle stores them.

    Raises:
        UnpicklingError: The file asks for any other attribute.
    """
    real, names = FUNCTIONS.get(owner, (owner, ()))
    if name not in names:
        raise UnpicklingError(
            f'it asks for {name!r} of {getattr(real, "__name__", real)}'
        )
    return getattr(real, name)

# SPDX-License-Identifier: Apache-2.0
"""Allow `torch.load(weights_only=True)` to read mmengine's checkpoints, and no more.

`weights_only=True` is the default since torch 2.6. The message hub in mmengine's
checkpoints has numpy values and `HistoryBuffer`s, and the state of `OneCycleLR` one of
its functions, which torch then refuses. Upstream:
https://github.com/open-mmlab/mmengine/issues/1655. Remove this file when mmengine
allow-lists them itself.

This is an allow-list because `weights_only=False` would run code from the file. It has
stand-ins that accept only what a checkpoint needs: numpy's own `dtype` lets a file
reach memory outside an array, `HistoryBuffer` lets it replace the class's methods. The
stand-ins for numpy's types need each other, so they replace what a program has allowed
under the same names.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.optim.scheduler.param_scheduler import OneCycleParamScheduler

__all__ = ['allowed', 'install']

# Plain numbers of a fixed size: bool, integers and floats of up to 64 bits.
DTYPES = {
    name: np.dtype(name)
    for name in ('b1', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8')
}
# Byte orders of this machine. numpy writes those of another with the dtype's state.
ORDERS = ('|', '=', '<' if sys.byteorder == 'little' else '>')


class _SavedDtype:
    """What a file says about a dtype: first its name, then its byte order."""

    def __init__(self, name: object, *_: object) -> None:
        if not isinstance(name, str) or name not in DTYPES:
            raise UnpicklingError(f'it asks for an array of {name!r}, not of numbers')
        #: numpy's own instance: a state from the file cannot change it.
        self.dtype = DTYPES[name]

    def __setstate__(self, state: Any) -> None:
        if state[1] not in ORDERS:
            raise UnpicklingError(
                f'it has an array of {self.dtype.name} in the byte order {state[1]!r} '
                'of another machine'
            )


class _SavedArray(np.ndarray):
    """An array from a file, which is saved and copied as numpy's own."""

    def __new__(cls, *_: object) -> '_SavedArray':
        return super().__new__(cls, 0)

    def __setstate__(self, state: Any) -> None:
        version, shape, dtype, fortran, data = state
        super().__setstate__((version, shape, _plain(dtype), fortran, data))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.view(np.ndarray).__reduce_ex__(protocol)


class _SavedBuffer:
    """What a file says about a `HistoryBuffer`; becomes one if that is what it is."""

    def __setstate__(self, state: Any) -> None:
        logs, counts = state.get('_log_history'), state.get('_count_history')
        length = state.get('max_length')
        plain = all(type(a) is _SavedArray and a.ndim == 1 for a in (logs, counts))
        if not plain or len(logs) != len(counts) or type(length) is not int:
            raise UnpicklingError('a HistoryBuffer has more or less than its numbers')
        self.__class__ = HistoryBuffer
        HistoryBuffer.__init__(self, np.array(logs), np.array(counts), length)


class _SavedOneCycle:
    """The class of which `OneCycleLR` saves a function."""


# The functions that pickle finds by `getattr`.
FUNCTIONS: dict[type, tuple[type, tuple[str, ...]]] = {
    _SavedBuffer: (HistoryBuffer, ('min', 'max', 'current', 'mean')),
    _SavedOneCycle: (OneCycleParamScheduler, ('_annealing_cos', '_annealing_linear')),
}


def install() -> None:
    """Allow-list these contents in this process. Further calls change nothing."""
    _replace(_with_ours(torch.serialization.get_safe_globals()))


@contextmanager
def allowed() -> Iterator[None]:
    """Return a context in which these contents are allow-listed."""
    before = torch.serialization.get_safe_globals()
    inside = _with_ours(before)
    _replace(inside)
    try:
        yield
    finally:
        # Also what was allowed inside, as by a module that was imported there.
        now = torch.serialization.get_safe_globals()
        _replace(before + [entry for entry in now if entry not in inside])


def _with_ours(others: list[Any]) -> list[Any]:
    """Return a list of torch's with our contents instead of those of the same names."""
    ours = _contents()
    names = {name for _, name in ours}
    return [entry for entry in others if _name(entry) not in names] + ours


def _name(entry: Any) -> str:
    if isinstance(entry, tuple):
        return entry[1]
    return f'{entry.__module__}.{entry.__qualname__}'


def _replace(entries: list[Any]) -> None:
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(entries)


def _contents() -> list[tuple[Any, str]]:
    """Return what is allowed, each with the name under which pickle stores it."""
    return [
        (_SavedBuffer, 'mmengine.logging.history_buffer.HistoryBuffer'),
        (
            _SavedOneCycle,
            'mmengine.optim.scheduler.param_scheduler.OneCycleParamScheduler',
        ),
        (_function_of, 'builtins.getattr'),
        (_SavedDtype, 'numpy.dtype'),
        (_SavedArray, 'numpy.ndarray'),
        # numpy 1 pickled these two under the second path.
        (_SavedArray, 'numpy._core.multiarray._reconstruct'),
        (_SavedArray, 'numpy.core.multiarray._reconstruct'),
        (_scalar, 'numpy._core.multiarray.scalar'),
        (_scalar, 'numpy.core.multiarray.scalar'),
    ]


def _scalar(dtype: object, data: bytes) -> Any:
    """Return a number of numpy."""
    return np.frombuffer(data, _plain(dtype), 1)[0]


def _plain(dtype: object) -> np.dtype:
    if not isinstance(dtype, _SavedDtype):
        raise UnpicklingError(f'it has an array of {dtype!r}')
    return dtype.dtype


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

# SPDX-License-Identifier: Apache-2.0
"""Lets `torch.load(weights_only=True)` read mmengine's own checkpoints.

Since torch 2.6 `weights_only=True` is the default, and mmengine's checkpoints hold
numpy values and `HistoryBuffer`s in the message hub, which torch then refuses.
Upstream: https://github.com/open-mmlab/mmengine/issues/1655. Can go when mmengine
allow-lists them itself.

An allow-list, in place of `weights_only=False`: that would run code from the file.
"""

from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

__all__ = ['install']

# Methods by which a buffer's values are summed up; they are pickled with the buffer.
METHODS = ('min', 'max', 'current', 'mean')

# What numpy's pickles name besides `ndarray` and `dtype`: the dtype classes.
DTYPES = [np.dtype(name) for name in ('bool', 'int32', 'int64', 'float32', 'float64')]


def install() -> None:
    """Allow-list what the message hub holds. Calling it again changes nothing."""
    # Protected names of numpy, and the only ones: pickle stores them by this path.
    from numpy._core.multiarray import _reconstruct, scalar

    torch.serialization.add_safe_globals(
        [HistoryBuffer, np.ndarray, np.dtype, _reconstruct, scalar]
        # numpy 1 pickled these two under another path.
        + [
            (_reconstruct, 'numpy.core.multiarray._reconstruct'),
            (scalar, 'numpy.core.multiarray.scalar'),
            (_method_of_history_buffer, 'builtins.getattr'),
        ]
        + [type(dtype) for dtype in DTYPES]
    )


def _method_of_history_buffer(owner: object, name: str) -> Callable[..., Any]:
    """Stand in for the `getattr` by which pickle stores the methods, and nothing else.

    Raises:
        UnpicklingError: Something else is asked for.
    """
    if owner is not HistoryBuffer or name not in METHODS:
        raise UnpicklingError(f'the checkpoint asks for {name!r} of {owner!r}')
    return getattr(HistoryBuffer, name)

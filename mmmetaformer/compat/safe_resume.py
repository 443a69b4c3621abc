# SPDX-License-Identifier: Apache-2.0
"""Allow `torch.load(weights_only=True)` to read mmengine's checkpoints.

`weights_only=True` is the default since torch 2.6. The message hub in mmengine's
checkpoints has numpy values and `HistoryBuffer`s, which torch then refuses. Upstream:
https://github.com/open-mmlab/mmengine/issues/1655. Remove this file when mmengine
allow-lists them itself.

This is an allow-list because `weights_only=False` would run code from the file.
"""

from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

__all__ = ['install']

# A buffer's methods for its statistics, which are pickled with it.
METHODS = ('min', 'max', 'current', 'mean')

# The dtype classes that numpy's pickles refer to, apart from `ndarray` and `dtype`.
DTYPES = [np.dtype(name) for name in ('bool', 'int32', 'int64', 'float32', 'float64')]


def install() -> None:
    """Allow-list the contents of the message hub. Further calls change nothing."""
    # Private names of numpy, but pickle stores them by this path.
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
    """Return one of METHODS; replaces the `getattr` with which pickle stores them.

    Raises:
        UnpicklingError: The file asks for any other attribute.
    """
    if owner is not HistoryBuffer or name not in METHODS:
        raise UnpicklingError(
            f'the checkpoint asks for {name!r} of {owner!r}; only {", ".join(METHODS)} '
            'of HistoryBuffer are allowed'
        )
    return getattr(HistoryBuffer, name)

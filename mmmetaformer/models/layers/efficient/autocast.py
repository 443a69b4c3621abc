# SPDX-License-Identifier: Apache-2.0
"""The precision that autocast gives to convolutions."""

import torch
from torch import Tensor

__all__ = ['autocast_dtype', 'to_autocast']


def autocast_dtype(x: Tensor) -> torch.dtype:
    """Return the precision in which a convolution would take a tensor."""
    kind = x.device.type
    # Asking for autocast of meta tensors is an error. Whether there is autocast for a
    # kind of device, a compiler cannot trace.
    if x.dtype == torch.float64 or kind == 'meta':
        return x.dtype
    enabled = torch.is_autocast_enabled(kind)
    return torch.get_autocast_dtype(kind) if enabled else x.dtype


def to_autocast(x: Tensor) -> Tensor:
    """Return a tensor in that precision."""
    if not isinstance(x, Tensor):  # torch.fx traces with objects that are no tensors
        return x
    dtype = autocast_dtype(x)
    # Outside autocast, exported graphs get no operation.
    return x if x.dtype == dtype else x.to(dtype)

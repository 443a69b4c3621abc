# SPDX-License-Identifier: Apache-2.0
"""Which tensors Triton's kernels can take."""

import importlib.util
from functools import cache

import torch
from torch import Tensor

__all__ = ['runs_triton']


def runs_triton(x: Tensor) -> bool:
    """Return whether Triton's kernels can compute with a tensor.

    They compute in float32, so float64 is left to torch.
    """
    # A fake tensor says 'cuda' too, and has no values; torch.fx traces with proxies.
    return (
        type(x) is Tensor
        and x.device.type == 'cuda'
        and x.dtype != torch.float64
        and _has_triton(x.device)
    )


@cache
def _has_triton(device: torch.device) -> bool:
    """Return whether Triton is installed and the GPU is recent enough for it."""
    installed = importlib.util.find_spec('triton') is not None
    return installed and torch.cuda.get_device_capability(device) >= (7, 0)

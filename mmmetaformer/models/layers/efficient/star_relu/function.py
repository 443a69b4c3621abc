# SPDX-License-Identifier: Apache-2.0
"""StarReLU with its backward pass, and the choice of the kernels that compute it."""

import importlib.util
from functools import cache
from types import ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from . import in_chunks, step_by_step

__all__ = ['star_relu']


def star_relu(
    x: Tensor, scale: Tensor, bias: Tensor, overwrite: bool = False
) -> Tensor:
    """Return `scale * relu(x)^2 + bias`, rounded to the precision of x once.

    Args:
        x: Any shape.
        scale: A scalar, of shape (1,).
        bias: A scalar, of shape (1,).
        overwrite: Write into x. The caller must not record gradients.
    """
    if not overwrite:
        return _StarReLU.apply(x, scale, bias)
    _kernels(x).forward(x, scale, bias, x)
    return x


class _StarReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, scale)
        out = torch.empty_like(x)
        _kernels(x).forward(x, scale, bias, out)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, scale = ctx.saved_tensors
        return _kernels(x).backward(x, scale, grad)


def _kernels(x: Tensor) -> ModuleType:
    # A fake tensor says 'cpu' or 'cuda' too, and has no values.
    if type(x) is not Tensor:
        return step_by_step
    if x.device.type == 'cpu':
        return in_chunks
    if x.device.type == 'cuda' and x.dtype != torch.float64 and _runs_triton(x.device):
        from . import in_triton

        return in_triton
    return step_by_step


@cache
def _runs_triton(device: torch.device) -> bool:
    """Return whether Triton is installed and the GPU is recent enough for it."""
    installed = importlib.util.find_spec('triton') is not None
    return installed and torch.cuda.get_device_capability(device) >= (7, 0)

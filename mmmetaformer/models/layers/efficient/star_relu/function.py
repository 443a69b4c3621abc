# SPDX-License-Identifier: Apache-2.0
"""StarReLU with its backward pass, and the choice of the kernels that compute it."""

from types import ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..triton_gpus import runs_triton
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
    if runs_triton(x):
        from . import in_triton

        return in_triton
    # A fake tensor says 'cpu' too, and has no values.
    if type(x) is Tensor and x.device.type == 'cpu':
        return in_chunks
    return step_by_step

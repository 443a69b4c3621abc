# SPDX-License-Identifier: Apache-2.0
"""The function with its backward pass, and which kernels compute it."""

import importlib.util
from functools import cache
from types import ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from . import in_chunks, step_by_step

__all__ = ['star_relu']


def star_relu(x: Tensor, scale: Tensor, bias: Tensor, inplace: bool = False) -> Tensor:
    """`scale * relu(x)^2 + bias`, rounded to x's precision once.

    Args:
        x: Any shape.
        scale: A scalar, of shape (1,).
        bias: A scalar, of shape (1,).
        inplace: Whether to overwrite x if no gradient is asked for.
    """
    if torch.is_grad_enabled() and any(t.requires_grad for t in (x, scale, bias)):
        return _StarReLU.apply(x, scale, bias)
    out = x if inplace else torch.empty_like(x)
    _kernels(x).forward(x, scale, bias, out)
    return out


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
    """Whether torch came with its compiler for GPUs, and the GPU is not too old."""
    is_there = importlib.util.find_spec('triton') is not None
    return is_there and torch.cuda.get_device_capability(device) >= (7, 0)

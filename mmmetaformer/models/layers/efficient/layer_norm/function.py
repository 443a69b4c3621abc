# SPDX-License-Identifier: Apache-2.0
"""LayerNorm over channels with its backward pass."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ['layer_norm']


def layer_norm(
    x: Tensor, weight: Tensor, bias: Tensor | None, eps: float, dtype: torch.dtype
) -> Tensor:
    """Return the LayerNorm of each position, computed in float32.

    Args:
        x: (N, C, H, W), on a GPU that Triton has kernels for.
        weight: (C,).
        bias: (C,), or None for none.
        eps: Added to the variance.
        dtype: Of the result, which is in channels-last order.
    """
    return _LayerNorm.apply(x, weight, bias, eps, dtype)


class _LayerNorm(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        eps: float,
        dtype: torch.dtype,
    ) -> Tensor:
        from . import in_triton

        x = x.contiguous(memory_format=torch.channels_last)
        # Not mean and variance: to compute them again takes no time beside reading x.
        ctx.save_for_backward(x, weight)
        ctx.eps = eps
        ctx.has_bias = bias is not None
        out = torch.empty_like(x, dtype=dtype)
        in_triton.forward(x, weight, bias, eps, out)
        return out

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, grad: Tensor
    ) -> tuple[Tensor, Tensor, Tensor | None, None, None]:
        from . import in_triton

        x, weight = ctx.saved_tensors
        grad = grad.contiguous(memory_format=torch.channels_last)
        d_x, d_weight, d_bias = in_triton.backward(x, weight, ctx.eps, grad)
        return d_x, d_weight, d_bias if ctx.has_bias else None, None, None

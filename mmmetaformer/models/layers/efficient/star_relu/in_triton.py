# SPDX-License-Identifier: Apache-2.0
"""StarReLU on a CUDA GPU: one kernel for each direction, computing in float32.

Memory traffic decides the time on a GPU. These kernels read and write each tensor once.
"""

# mypy: disallow-untyped-defs=False

import torch
import triton
import triton.language as tl
from torch import Tensor

__all__ = ['backward', 'forward']

BLOCK = 4096


def forward(x: Tensor, scale: Tensor, bias: Tensor, out: Tensor) -> None:
    """Write `scale * relu(x)^2 + bias` to `out`, which may be x."""
    source = x if _same_layout(x, out) else x.contiguous()
    target = out if source is x else torch.empty_like(source)
    number = x.numel()
    if number:
        _forward[(triton.cdiv(number, BLOCK),)](
            source, scale, bias, target, number, BLOCK=BLOCK
        )
    if target is not out:
        out.copy_(target)


def backward(x: Tensor, scale: Tensor, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of x, the scale and the bias."""
    if not _same_layout(x, grad):
        x, grad = x.contiguous(), grad.contiguous()
    number = x.numel()
    d_x = torch.empty_like(x)
    programs = triton.cdiv(number, BLOCK)
    # One partial sum per program, so that the order of additions is fixed.
    sums = torch.empty(2, programs, dtype=torch.float32, device=x.device)
    if number:
        _backward[(programs,)](
            x, scale, grad, d_x, sums[0], sums[1], number, BLOCK=BLOCK
        )
    d_scale, d_bias = sums.sum(1).to(scale.dtype)
    return d_x, d_scale.reshape(scale.shape), d_bias.reshape(scale.shape)


def _same_layout(x: Tensor, y: Tensor) -> bool:
    """Return whether both are dense and share their strides."""
    if x.stride() != y.stride():
        return False
    order = sorted(range(x.ndim), key=x.stride, reverse=True)
    return x.permute(order).is_contiguous()


@triton.jit
def _forward(x, scale, bias, out, number, BLOCK: tl.constexpr):  # noqa: N803
    where = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = where < number
    positive = tl.maximum(tl.load(x + where, inside).to(tl.float32), 0.0)
    value = tl.load(scale).to(tl.float32) * positive * positive + tl.load(bias)
    tl.store(out + where, value, inside)


@triton.jit
def _backward(x, scale, grad, d_x, d_scale, d_bias, number, BLOCK: tl.constexpr):  # noqa: N803
    program = tl.program_id(0)
    where = program.to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = where < number
    positive = tl.maximum(tl.load(x + where, inside, 0.0).to(tl.float32), 0.0)
    g = tl.load(grad + where, inside, 0.0).to(tl.float32)
    product = positive * g
    tl.store(d_x + where, 2.0 * tl.load(scale).to(tl.float32) * product, inside)
    tl.store(d_scale + program, tl.sum(product * positive))
    tl.store(d_bias + program, tl.sum(g))

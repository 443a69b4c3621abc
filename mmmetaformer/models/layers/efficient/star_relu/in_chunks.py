# SPDX-License-Identifier: Apache-2.0
"""StarReLU on a CPU, piece by piece.

A step on a large tensor takes as long as reading it from memory. A second step on a
piece that is still in the cache is nearly free.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

__all__ = ['CHUNK', 'backward', 'chunks', 'forward']

#: Elements of a piece: few enough for the last cache, and so many that the overhead of
#: each step is small (measured from 2^15 to 2^22).
CHUNK = 2**21


def forward(x: Tensor, scale: Tensor, bias: Tensor, out: Tensor) -> None:
    """Write `scale * relu(x)^2 + bias` to `out`, which may be x."""
    factor = scale.item()
    for x_part, part in chunks(x, out):
        torch.clamp_min(x_part, 0, out=part)
        torch.addcmul(bias, part, part, value=factor, out=part)


def backward(x: Tensor, scale: Tensor, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of x, the scale and the bias."""
    d_x = torch.empty_like(x)
    d_scale, d_bias, zero = (torch.zeros_like(scale) for _ in range(3))
    factor = 2 * scale.item()
    for x_part, grad_part, part in chunks(x, grad, d_x):
        torch.clamp_min(x_part, 0, out=part)
        torch.addcmul(zero, part, grad_part, value=factor or 1, out=part)
        # x instead of relu(x): where the two differ, the other factor is 0.
        d_scale += _dot(part.to(scale.dtype), x_part.to(scale.dtype))
        d_bias += grad_part.sum(dtype=scale.dtype)
    if factor == 0:
        return d_x.zero_(), d_scale, d_bias
    return d_x, d_scale / factor, d_bias


def chunks(*tensors: Tensor) -> Iterable[tuple[Tensor, ...]]:
    """Return matching pieces of the tensors, as views.

    Args:
        tensors: All of one shape. If they are dense and share their strides, the
            pieces are flat; otherwise the only piece is the tensors themselves.
    """
    first = tensors[0]
    alike = all(t.stride() == first.stride() for t in tensors)
    if not alike or not _is_dense(first):
        return [tensors]
    flat = [t.as_strided((t.numel(),), (1,)).split(CHUNK) for t in tensors]
    return zip(*flat, strict=True)


def _is_dense(tensor: Tensor) -> bool:
    """Return whether the elements fill their memory, in any order of dimensions."""
    order = sorted(range(tensor.ndim), key=tensor.stride, reverse=True)
    return tensor.permute(order).is_contiguous()


def _dot(x: Tensor, y: Tensor) -> Tensor:
    return torch.dot(x.reshape(-1), y.reshape(-1))

# SPDX-License-Identifier: Apache-2.0
"""StarReLU on a CPU, piece by piece.

A step on a large tensor takes the time of fetching it from memory; a second step on a
piece that is in the cache still is nearly free.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

__all__ = ['CHUNK', 'backward', 'chunks', 'forward']

#: Elements of a piece: few enough for the last cache, and enough for the start of each
#: step not to count (measured from 2^15 to 2^22).
CHUNK = 2**21


def forward(x: Tensor, scale: Tensor, bias: Tensor, out: Tensor) -> None:
    """Write `scale * relu(x)^2 + bias` to `out`, which may be x."""
    factor = scale.item()
    for x_part, part in chunks(x, out):
        torch.clamp_min(x_part, 0, out=part)
        torch.addcmul(bias, part, part, value=factor, out=part)


def backward(x: Tensor, scale: Tensor, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of x, the scale and the bias."""
    d_x = torch.empty_like(x)
    d_scale, d_bias, zero = (torch.zeros_like(scale) for _ in range(3))
    factor = 2 * scale.item()
    for x_part, grad_part, part in chunks(x, grad, d_x):
        torch.clamp_min(x_part, 0, out=part)
        torch.addcmul(zero, part, grad_part, value=factor or 1, out=part)
        # relu(x) would do for x; where they differ, the other one is 0.
        d_scale += _dot(part.to(scale.dtype), x_part.to(scale.dtype))
        d_bias += grad_part.sum(dtype=scale.dtype)
    if factor == 0:
        return d_x.zero_(), d_scale, d_bias
    return d_x, d_scale / factor, d_bias


def chunks(*tensors: Tensor) -> Iterable[tuple[Tensor, ...]]:
    """Pieces of the tensors that belong together, each a view.

    Args:
        tensors: Of one shape. If they lie in memory in the same dense way, the pieces
            are flat; otherwise there is one piece, the tensors themselves.
    """
    first = tensors[0]
    alike = all(t.stride() == first.stride() for t in tensors)
    if not alike or not _is_dense(first):
        return [tensors]
    flat = [t.as_strided((t.numel(),), (1,)).split(CHUNK) for t in tensors]
    return zip(*flat, strict=True)


def _is_dense(tensor: Tensor) -> bool:
    """Whether the elements fill a piece of memory, in any order of dimensions."""
    order = sorted(range(tensor.ndim), key=tensor.stride, reverse=True)
    return tensor.permute(order).is_contiguous()


def _dot(x: Tensor, y: Tensor) -> Tensor:
    return torch.dot(x.reshape(-1), y.reshape(-1))

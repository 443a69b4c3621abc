# SPDX-License-Identifier: Apache-2.0
"""StarReLU in torch's own operations, for any device."""

import torch
from torch import Tensor

__all__ = ['backward', 'forward']


def forward(x: Tensor, scale: Tensor, bias: Tensor, out: Tensor) -> None:
    """Write `scale * relu(x)^2 + bias` to `out`, which may be x."""
    positive = x.relu()
    out.copy_(torch.addcmul(bias, scale * positive, positive))


def backward(x: Tensor, scale: Tensor, grad: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of x, the scale and the bias."""
    positive = x.relu().to(scale.dtype)
    product = positive * grad
    d_scale = (product * positive).sum().reshape(scale.shape)
    d_bias = grad.sum(dtype=scale.dtype).reshape(scale.shape)
    return product.mul_(2 * scale).to(x.dtype), d_scale, d_bias

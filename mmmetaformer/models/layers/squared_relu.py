# SPDX-License-Identifier: Apache-2.0
"""The square of a rectified input, which keeps nothing but the input."""

from typing import Any

import torch
from torch import Tensor

__all__ = ['squared_relu']


class _SquaredReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.relu().square_()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return x.relu().mul_(grad).mul_(2)


def squared_relu(x: Tensor) -> Tensor:
    """`relu(x)^2`, any shape to the same shape."""
    return _SquaredReLU.apply(x)

# SPDX-License-Identifier: Apache-2.0
"""torch's own gradients of a depthwise convolution, one at a time."""

import torch
from torch import Tensor

__all__ = ['gradient_of_input', 'gradient_of_weight']


def gradient_of_input(grad: Tensor, x: Tensor, weight: Tensor) -> Tensor:
    """Return the gradient of x, given that of the output."""
    return _gradients(grad, x, weight, [True, False, False])[0]


def gradient_of_weight(grad: Tensor, x: Tensor, weight: Tensor) -> Tensor:
    """Return the gradient of the weight, given that of the output."""
    return _gradients(grad, x, weight, [False, True, False])[1]


def _gradients(
    grad: Tensor, x: Tensor, weight: Tensor, wanted: list[bool]
) -> tuple[Tensor, Tensor, Tensor]:
    half = weight.shape[-1] // 2
    return torch.ops.aten.convolution_backward(
        grad,
        x,
        weight,
        None,
        *([1, 1], [half, half], [1, 1]),  # stride, padding, dilation
        *(False, [0, 0], len(weight)),  # transposed, output padding, groups
        wanted,
    )

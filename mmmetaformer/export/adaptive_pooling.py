# SPDX-License-Identifier: Apache-2.0
"""Adaptive average pooling whose windows are computed while the model runs.

ONNX has no adaptive pooling. Exporters replace it by a pooling with the windows of the
size that was traced, which fails or is silently wrong at another size.
"""

import torch
from torch import Tensor, nn

__all__ = ['AdaptiveAvgPool2d', 'window_weights']


class AdaptiveAvgPool2d(nn.Module):
    """`nn.AdaptiveAvgPool2d` as two matrix products, one along each axis.

    Exact at every size: windows that overlap or have different sizes too.

    Args:
        output_size: Height and width of the output.
    """

    def __init__(self, output_size: tuple[int, int]) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, *output_size)."""
        rows, columns = self.output_size
        above = window_weights(x.shape[-2], rows, x)
        beside = window_weights(x.shape[-1], columns, x)
        return above @ x @ beside.T


def window_weights(size: int, number: int, like: Tensor) -> Tensor:
    """Return the weight of each position in the mean of each window.

    Window i covers the positions from floor(i * size / number) up to, but not with,
    ceil((i + 1) * size / number), as in torch.

    Args:
        size: Number of positions; may be symbolic.
        number: Number of windows.
        like: Has the device and the precision of the weights.

    Returns:
        (number, size); the rows sum to one.
    """
    window = torch.arange(number, device=like.device)
    start = window * size // number
    end = ((window + 1) * size + number - 1) // number
    position = torch.arange(size, device=like.device)
    inside = (position >= start[:, None]) & (position < end[:, None])
    return inside.to(like.dtype) / (end - start)[:, None].to(like.dtype)

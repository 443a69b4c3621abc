# SPDX-License-Identifier: Apache-2.0
"""StarReLU without its two scalars, which go into the layer that follows.

A linear map W of `s * relu(x)^2 + b` is `s * W` of `relu(x)^2` plus the bias
`b * W.sum(1)`. A depthwise convolution pads with zeros, so there only s moves:
`s * W` of `relu(x)^2 + b / s`.
"""

from typing import Any

import torch
from torch import Tensor, nn

from mmmetaformer.models.layers import Mlp, StarReLU
from mmmetaformer.models.token_mixers import SepConv

__all__ = ['SquaredReLU', 'fold_star_relu']


class SquaredReLU(nn.Module):
    """`relu(x)^2 + bias`.

    Args:
        bias: One number for the whole layer.
    """

    def __init__(self, bias: float = 0.0) -> None:
        super().__init__()
        self.bias = bias

    def forward(self, x: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        x = x.relu()
        x = x * x
        return x + self.bias if self.bias else x


@torch.no_grad()
def fold_star_relu(model: nn.Module) -> int:
    """Fold each StarReLU of MLPs and separable convolutions into the layer behind it.

    Args:
        model: Changed in place; computes the same up to rounding.

    Returns:
        How many were folded. One whose scale is 0 stays.
    """
    folded = 0
    for module in model.modules():
        if isinstance(module, Mlp) and _can_fold(module.act):
            _fold_into_linear(module)
        elif isinstance(module, SepConv) and _can_fold(module.act1):
            _fold_into_depthwise(module)
        else:
            continue
        folded += 1
    return folded


def _can_fold(act: nn.Module) -> bool:
    return isinstance(act, StarReLU) and bool(act.scale)


def _fold_into_linear(mlp: Any) -> None:
    linear = mlp.fc2
    bias = mlp.act.bias * linear.weight.sum(1)
    if linear.bias is not None:
        bias += linear.bias
    linear.bias = nn.Parameter(bias, requires_grad=False)
    linear.weight.mul_(mlp.act.scale)
    mlp.act = SquaredReLU()


def _fold_into_depthwise(mixer: Any) -> None:
    act = mixer.act1
    mixer.dwconv.weight.mul_(act.scale)
    mixer.act1 = SquaredReLU(float(act.bias / act.scale))

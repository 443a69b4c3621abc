# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.sync_bn_*` with torch: each process's part of a batch norm.

mmcv sums over the processes between these calls. It refuses other inputs than float32
and float16; statistics are float32 for both.
"""

import torch
from torch import Tensor

__all__ = [
    'sync_bn_backward_data',
    'sync_bn_backward_param',
    'sync_bn_forward_mean',
    'sync_bn_forward_output',
    'sync_bn_forward_var',
]


def sync_bn_forward_mean(input: Tensor, mean: Tensor) -> None:
    """Write the mean of each channel to `mean`.

    Args:
        input: (N, C, S).
        mean: Written, float32, (C,).
    """
    mean.copy_(input.mean((0, 2), dtype=torch.float32))


def sync_bn_forward_var(input: Tensor, mean: Tensor, var: Tensor) -> None:
    """Write the mean square of each channel's distance from `mean` to `var`.

    Args:
        input: (N, C, S).
        mean: Mean of all processes, (C,).
        var: Written, float32, (C,).
    """
    var.copy_((input.float() - mean[:, None]).square().mean((0, 2)))


def sync_bn_forward_output(
    input: Tensor,
    mean: Tensor,
    var: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    norm: Tensor,
    std: Tensor,
    output: Tensor,
    eps: float,
    momentum: float | Tensor,
    group_size: int,
) -> None:
    """Write the normalized input to `output`, and update the running statistics.

    Args:
        input: (N, C, S).
        mean: Mean of all processes, (C,).
        var: Variance of all processes, (C,).
        weight: Factor after normalization, (C,), or None.
        bias: Added after that, (C,), or None.
        running_mean: Updated, (C,), or None.
        running_var: Updated with the unbiased variance, (C,), or None.
        norm: Written, the normalized input, float32, (N, C, S).
        std: Written, float32, (C,).
        output: Written, (N, C, S).
        eps: Added to the variance.
        momentum: Part of the new statistics in the running ones.
        group_size: Number of processes.
    """
    std.copy_((var + eps).sqrt())
    norm.copy_((input.float() - mean[:, None]) / std[:, None])
    if weight is None or bias is None:
        output.copy_(norm)
    else:
        output.copy_(norm * weight[:, None] + bias[:, None])
    if running_mean is not None and running_var is not None:
        count = input.size(0) * input.size(2) * group_size
        unbiased = var * count / (count - 1) if count > 1 else var
        running_mean.copy_(momentum * mean + (1 - momentum) * running_mean)
        running_var.copy_(momentum * unbiased + (1 - momentum) * running_var)


def sync_bn_backward_param(
    grad_output: Tensor, norm: Tensor, grad_weight: Tensor, grad_bias: Tensor
) -> None:
    """Write the gradients of weight and bias.

    Args:
        grad_output: (N, C, S).
        norm: What `sync_bn_forward_output` wrote, (N, C, S).
        grad_weight: Written, (C,).
        grad_bias: Written, (C,).
    """
    grad = grad_output.float()
    grad_weight.copy_((grad * norm).sum((0, 2)))
    grad_bias.copy_(grad.sum((0, 2)))


def sync_bn_backward_data(
    grad_output: Tensor,
    weight: Tensor,
    grad_weight: Tensor,
    grad_bias: Tensor,
    norm: Tensor,
    std: Tensor,
    grad_input: Tensor,
) -> None:
    """Write the gradient of the input.

    Args:
        grad_output: (N, C, S).
        weight: (C,).
        grad_weight: Mean over the processes, (C,), like `grad_bias`.
        grad_bias: (C,).
        norm: What `sync_bn_forward_output` wrote, (N, C, S).
        std: The same, (C,).
        grad_input: Written, (N, C, S).
    """
    count = grad_output.size(0) * grad_output.size(2)
    through = (grad_weight[:, None] * norm + grad_bias[:, None]) / count
    factor = (weight / std)[:, None]
    grad_input.copy_(factor * (grad_output.float() - through))

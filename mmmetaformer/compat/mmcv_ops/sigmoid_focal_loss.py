# SPDX-License-Identifier: Apache-2.0
"""``mmcv._ext.sigmoid_focal_loss_*`` in torch; needed while mmcv-lite has no such ops.

torchvision's focal loss takes one-hot targets and no weights, and has no backward pass
of its own, so both passes are written here. With z the logit x of a positive element
and -x of a negative one, p = sigmoid(z), and a = alpha or 1 - alpha:

    loss = -a (1 - p)^gamma log p
    d loss / dz = -a (1 - p)^gamma (1 - p - gamma p log p)
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .precision import compute_dtype

__all__ = ['sigmoid_focal_loss_backward', 'sigmoid_focal_loss_forward']

# mmcv's floor of log p. An infinite logit, of a half-precision overflow say, leaves a
# finite loss and gradient.
LOG_FLOOR = math.log(torch.finfo(torch.float32).tiny)


def sigmoid_focal_loss_forward(
    input: Tensor,
    target: Tensor,
    weight: Tensor,
    output: Tensor,
    gamma: float,
    alpha: float,
) -> None:
    """Write the focal loss of each element into ``output``, in place.

    Args:
        input (Tensor): Logits, shape (N, C).
        target (Tensor): The class of each row, int64, shape (N,). Any number outside
            0 .. C - 1 is background: no element of the row is positive.
        weight (Tensor): Empty, or one weight a class, shape (C,). That of a row's
            target multiplies all of the row, background rows stay as they are.
        output (Tensor): Written, shape (N, C).
        gamma (float): How much less well classified elements count.
        alpha (float): The share of positive elements, 1 - alpha that of negative ones.
    """
    sign, factor = _sign_and_factor(input, target, weight, alpha)
    z = sign * input.to(sign.dtype)
    log_p = F.logsigmoid(z).clamp(min=LOG_FLOOR)
    output.copy_(-factor * torch.sigmoid(-z) ** gamma * log_p)


def sigmoid_focal_loss_backward(
    input: Tensor,
    target: Tensor,
    weight: Tensor,
    grad_input: Tensor,
    gamma: float,
    alpha: float,
) -> None:
    """Write the derivative of each element's loss into ``grad_input``, in place.

    Args:
        input (Tensor): See :func:`sigmoid_focal_loss_forward`, as all that follow.
        target (Tensor): Shape (N,).
        weight (Tensor): Empty, or shape (C,).
        grad_input (Tensor): Written, shape (N, C).
        gamma (float): How much less well classified elements count.
        alpha (float): The share of positive elements.
    """
    sign, factor = _sign_and_factor(input, target, weight, alpha)
    z = sign * input.to(sign.dtype)
    # sigmoid(-z), not 1 - p: the difference has no digits left where p is nearly 1.
    p, q = torch.sigmoid(z), torch.sigmoid(-z)
    log_p = F.logsigmoid(z).clamp(min=LOG_FLOOR)
    grad_input.copy_(-sign * factor * q**gamma * (q - gamma * p * log_p))


def _sign_and_factor(
    input: Tensor, target: Tensor, weight: Tensor, alpha: float
) -> tuple[Tensor, Tensor]:
    """Return the sign of z and what multiplies the loss, both of shape (N, C)."""
    num_classes = input.size(1)
    classes = torch.arange(num_classes, device=target.device)
    positive = target.unsqueeze(1) == classes
    dtype = compute_dtype(input)
    sign = positive.to(dtype) * 2 - 1
    factor = torch.full_like(sign, 1 - alpha).masked_fill_(positive, alpha)
    if weight.numel():
        # mmcv's kernel reads `weight[target]` even where target is C, past the end;
        # what it reads there is undefined, 1 is what no weight means.
        padded = torch.cat([weight.to(dtype), weight.new_ones(1, dtype=dtype)])
        background = (target < 0) | (target >= num_classes)
        row = padded[target.masked_fill(background, num_classes)]
        factor = factor * row.unsqueeze(1)
    return sign, factor

# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.sigmoid_focal_loss_*` with torch, as mmcv-lite does not have them.

torchvision's focal loss takes one-hot targets, has no weights and no backward pass of
its own, so both passes are written here. With z = x for the logit x of a positive
element and z = -x for a negative one, p = sigmoid(z), and a = alpha or 1 - alpha:

    loss = -a (1 - p)^gamma log p
    d loss / dz = -a (1 - p)^gamma (1 - p - gamma p log p)
"""

import math
from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor

from .compute_dtype import compute_dtype

__all__ = ['sigmoid_focal_loss_backward', 'sigmoid_focal_loss_forward']

# mmcv's lower bound of log p: loss and gradient stay finite for an infinite logit, for
# example after an overflow in half precision.
LOG_FLOOR = math.log(torch.finfo(torch.float32).tiny)
#: Logits that are computed at a time.
ELEMENTS = 2**20


def sigmoid_focal_loss_forward(
    input: Tensor,
    target: Tensor,
    weight: Tensor,
    output: Tensor,
    gamma: float,
    alpha: float,
) -> None:
    """Write the focal loss of each element to `output`.

    Args:
        input: Logits, (N, C).
        target: Class of each row, int64, (N,). Any number outside 0 .. C - 1 is
            background: no element of the row is positive.
        weight: Empty, or a weight for each class, (C,). The weight of a row's target
            multiplies the whole row; the weight of a background row is 1.
        output: Written, (N, C).
        gamma: Exponent that reduces the loss of well classified elements.
        alpha: Factor of positive elements; that of negative ones is 1 - alpha.
    """
    for x, classes, out in _rows(input, target, output):
        sign, factor = _sign_and_factor(x, classes, weight, alpha)
        z = sign * x.to(sign.dtype)
        log_p = F.logsigmoid(z).clamp(min=LOG_FLOOR)
        out.copy_(-factor * torch.sigmoid(-z) ** gamma * log_p)


def sigmoid_focal_loss_backward(
    input: Tensor,
    target: Tensor,
    weight: Tensor,
    grad_input: Tensor,
    gamma: float,
    alpha: float,
) -> None:
    """Write the derivative of each element's loss to `grad_input`.

    Args:
        input: Logits, (N, C).
        target: Class of each row, as in `sigmoid_focal_loss_forward`, (N,).
        weight: Empty, or a weight for each class, (C,).
        grad_input: Written, (N, C).
        gamma: Exponent that reduces the loss of well classified elements.
        alpha: Factor of positive elements; that of negative ones is 1 - alpha.
    """
    for x, classes, out in _rows(input, target, grad_input):
        sign, factor = _sign_and_factor(x, classes, weight, alpha)
        z = sign * x.to(sign.dtype)
        # sigmoid(-z) rather than 1 - p, which loses all digits if p is nearly 1.
        p, q = torch.sigmoid(z), torch.sigmoid(-z)
        log_p = F.logsigmoid(z).clamp(min=LOG_FLOOR)
        out.copy_(-sign * factor * q**gamma * (q - gamma * p * log_p))


def _rows(*tensors: Tensor) -> Iterable[tuple[Tensor, ...]]:
    """Yield matching rows of the tensors, as many as `ELEMENTS` allows.

    A detector has millions of logits, and the formulas take ten tensors of their size.
    """
    rows = max(ELEMENTS // max(tensors[0].size(1), 1), 1)
    return zip(*(tensor.split(rows) for tensor in tensors), strict=True)


def _sign_and_factor(
    input: Tensor, target: Tensor, weight: Tensor, alpha: float
) -> tuple[Tensor, Tensor]:
    """Return the sign of z and the factor of the loss, both (N, C)."""
    num_classes = input.size(1)
    classes = torch.arange(num_classes, device=target.device)
    positive = target.unsqueeze(1) == classes
    dtype = compute_dtype(input)
    sign = positive.to(dtype) * 2 - 1
    factor = torch.full_like(sign, 1 - alpha).masked_fill_(positive, alpha)
    if weight.numel():
        # mmcv's kernel reads `weight[target]` even for target C, past the end, where
        # the value is undefined. Here it is 1, which means no weight.
        padded = torch.cat([weight.to(dtype), weight.new_ones(1, dtype=dtype)])
        background = (target < 0) | (target >= num_classes)
        row = padded[target.masked_fill(background, num_classes)]
        factor = factor * row.unsqueeze(1)
    return sign, factor

# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.softmax_focal_loss_*` with torch.

With p the softmax of a row at its target, t:

    loss = -alpha w (1 - p)^gamma log p
    d loss / d logit c = b ([c = t] - softmax c)
    b = alpha w (gamma (1 - p)^(gamma - 1) p log p - (1 - p)^gamma)
"""

import torch
from torch import Tensor

from .compute_dtype import compute_dtype

__all__ = ['softmax_focal_loss_backward', 'softmax_focal_loss_forward']

# mmcv's lower bound of p, so that its logarithm is finite.
FLOOR = torch.finfo(torch.float32).tiny


def softmax_focal_loss_forward(
    input: Tensor,
    target: Tensor,
    weight: Tensor,
    output: Tensor,
    gamma: float,
    alpha: float,
) -> None:
    """Write the focal loss of each row to `output`.

    Args:
        input: Softmax of the logits, (N, C).
        target: Class of each row, int64, (N,). A row of a negative one has the loss 0.
        weight: Empty, or a weight for each class, (C,).
        output: Written, (N,).
        gamma: Exponent that reduces the loss of well classified rows.
        alpha: Factor of the loss.
    """
    p, factor = _target_and_factor(input, target, weight, alpha)
    output.copy_(-factor * (1 - p) ** gamma * p.clamp(min=FLOOR).log())


def softmax_focal_loss_backward(
    input: Tensor,
    target: Tensor,
    weight: Tensor,
    buff: Tensor,
    grad_input: Tensor,
    gamma: float,
    alpha: float,
) -> None:
    """Write the derivative of each row's loss by each of its logits to `grad_input`.

    Args:
        input: Softmax of the logits, (N, C).
        target: As in `softmax_focal_loss_forward`, (N,).
        weight: Empty, or a weight for each class, (C,).
        buff: Written, b of this module's docstring, (N,).
        grad_input: Written, (N, C).
        gamma: Exponent that reduces the loss of well classified rows.
        alpha: Factor of the loss.
    """
    p, factor = _target_and_factor(input, target, weight, alpha)
    q = 1 - p
    # At p = 1, 0 to a negative power is infinite for gamma < 1, and the logarithm 0.
    slope = torch.where(q > 0, gamma * q ** (gamma - 1), 0)
    b = factor * (slope * p * p.clamp(min=FLOOR).log() - q**gamma)
    buff.copy_(b)
    classes = torch.arange(input.size(1), device=target.device)
    flag = (target.unsqueeze(1) == classes).to(p.dtype)
    grad_input.copy_(b.unsqueeze(1) * (flag - input.to(p.dtype)))


def _target_and_factor(
    input: Tensor, target: Tensor, weight: Tensor, alpha: float
) -> tuple[Tensor, Tensor]:
    """Return p, and alpha * w, which is 0 for negative targets; both (N,)."""
    dtype = compute_dtype(input)
    known = target.clamp(min=0)
    p = input.gather(1, known.unsqueeze(1)).squeeze(1).to(dtype)
    factor = (target >= 0).to(dtype) * alpha
    if weight.numel():
        factor = factor * weight.to(dtype)[known]
    return p, factor

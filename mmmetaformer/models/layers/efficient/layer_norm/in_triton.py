# SPDX-License-Identifier: Apache-2.0
"""LayerNorm over channels on a CUDA GPU: one kernel for each direction, in float32.

Memory traffic decides the time. A program takes several positions at once, whose
channels are neighbours in memory, and reads each of them once.
"""

# mypy: disallow-untyped-defs=False

import torch
import triton
import triton.language as tl
from torch import Tensor

__all__ = ['backward', 'forward']

#: Elements that a program holds at a time (measured from 1024 to 4096).
FORWARD, BACKWARD = 4096, 2048
#: Times that a program of the backward pass does so, for fewer partial sums.
STEPS = 4


def forward(
    x: Tensor, weight: Tensor, bias: Tensor | None, eps: float, out: Tensor
) -> None:
    """Write the norm of each position to `out`; x and it are channels last."""
    channels = x.shape[1]
    rows = x.numel() // channels
    width = triton.next_power_of_2(channels)
    height = max(FORWARD // width, 1)
    if rows:
        _forward[(triton.cdiv(rows, height),)](
            x,
            weight,
            weight if bias is None else bias,
            out,
            rows,
            channels,
            eps,
            BIAS=bias is not None,
            HEIGHT=height,
            WIDTH=width,
        )


def backward(
    x: Tensor, weight: Tensor, eps: float, grad: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of x, the weight and the bias.

    Args:
        x: (N, C, H, W), channels last.
        weight: (C,).
        eps: Added to the variance.
        grad: As x.
    """
    channels = x.shape[1]
    rows = x.numel() // channels
    width = triton.next_power_of_2(channels)
    height = max(BACKWARD // width, 1)
    programs = triton.cdiv(rows, height * STEPS)
    d_x = torch.empty_like(x)
    # One partial sum per program, so that the order of additions is fixed.
    sums = torch.empty(2, programs, channels, dtype=torch.float32, device=x.device)
    if rows:
        _backward[(programs,)](
            x,
            weight,
            grad,
            d_x,
            sums[0],
            sums[1],
            rows,
            channels,
            eps,
            STEPS=STEPS,
            HEIGHT=height,
            WIDTH=width,
        )
    d_weight, d_bias = sums.sum(1).to(weight.dtype)
    return d_x, d_weight, d_bias


@triton.jit
def _normalize(x, at, inside, in_row, channels, eps):
    """Return the normalized values and the reciprocal deviation of each row."""
    values = tl.load(x + at, inside, 0.0).to(tl.float32)
    mean = tl.sum(values, 1)[:, None] / channels
    centred = tl.where(in_row, values - mean, 0.0)
    scale = tl.rsqrt(tl.sum(centred * centred, 1)[:, None] / channels + eps)
    return centred * scale, scale


@triton.jit
def _forward(
    x,
    weight,
    bias,
    out,
    rows,
    channels,
    eps,
    BIAS: tl.constexpr,  # noqa: N803
    HEIGHT: tl.constexpr,  # noqa: N803
    WIDTH: tl.constexpr,  # noqa: N803
):
    row = (tl.program_id(0).to(tl.int64) * HEIGHT + tl.arange(0, HEIGHT))[:, None]
    channel = tl.arange(0, WIDTH)[None, :]
    in_row = channel < channels
    inside = (row < rows) & in_row
    at = row * channels + channel
    value, _ = _normalize(x, at, inside, in_row, channels, eps)
    value *= tl.load(weight + channel, in_row, 0.0).to(tl.float32)
    if BIAS:
        value += tl.load(bias + channel, in_row, 0.0).to(tl.float32)
    tl.store(out + at, value, inside)


@triton.jit
def _backward(
    x,
    weight,
    grad,
    d_x,
    d_weight,
    d_bias,
    rows,
    channels,
    eps,
    STEPS: tl.constexpr,  # noqa: N803
    HEIGHT: tl.constexpr,  # noqa: N803
    WIDTH: tl.constexpr,  # noqa: N803
):
    program = tl.program_id(0).to(tl.int64)
    channel = tl.arange(0, WIDTH)[None, :]
    in_row = channel < channels
    factor = tl.load(weight + channel, in_row, 0.0).to(tl.float32)
    weight_sum = tl.zeros((HEIGHT, WIDTH), tl.float32)
    bias_sum = tl.zeros((HEIGHT, WIDTH), tl.float32)
    for step in range(STEPS):
        row = ((program * STEPS + step) * HEIGHT + tl.arange(0, HEIGHT))[:, None]
        inside = (row < rows) & in_row
        at = row * channels + channel
        value, scale = _normalize(x, at, inside, in_row, channels, eps)
        g = tl.load(grad + at, inside, 0.0).to(tl.float32)
        weight_sum += g * value
        bias_sum += g
        g *= factor
        mean = tl.sum(g, 1)[:, None] / channels
        along = tl.sum(g * value, 1)[:, None] / channels
        tl.store(d_x + at, (g - mean - value * along) * scale, inside)
    sums = program * channels + tl.arange(0, WIDTH)
    inside_sums = tl.arange(0, WIDTH) < channels
    tl.store(d_weight + sums, tl.sum(weight_sum, 0), inside_sums)
    tl.store(d_bias + sums, tl.sum(bias_sum, 0), inside_sums)

# SPDX-License-Identifier: Apache-2.0
"""Batch norm and ReLU that save their input alone, and can be computed again.

Plain modules save the norm's input and the ReLU's output. And a norm that is called
again, to recompute its output, would update its running statistics twice.
"""

from typing import Any

import torch
import torch.distributed as dist
from mmcv.cnn import ConvModule
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.modules.batchnorm import _BatchNorm

from .batch_statistics import Statistics, processes_of, take_statistics

__all__ = ['NormReLU']


class NormReLU:
    """The batch norm and the ReLU of a module, for one forward pass.

    The first call takes the statistics of the batch, over all processes if the norm is
    a SyncBatchNorm, and updates the running ones. Later calls compute the same output
    again, and change nothing.

    Args:
        module: A module for which `is_conv_norm_relu` holds.
    """

    def __init__(self, module: ConvModule) -> None:
        self.norm: _BatchNorm = module.norm
        self.statistics: Statistics | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H, W)."""
        norm = self.norm
        group = processes_of(norm)
        if norm.training and group is None and x.numel() == x.shape[1]:
            return norm(x).relu()  # an error of torch: one value has no variance
        if self.statistics is None:
            self.statistics = take_statistics(norm, x.detach(), group)
        count = self.statistics.count if norm.training else None
        return _NormReLU.apply(
            *(x, norm.weight, norm.bias, self.statistics.mean),
            *(self.statistics.variance, norm.eps, count, group),
        )


class _NormReLU(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor,
        mean: Tensor,
        variance: Tensor,
        eps: float,
        count: Tensor | None,
        group: Any,
    ) -> Tensor:
        ctx.save_for_backward(x, weight, bias, mean, variance, count)
        ctx.eps, ctx.group = eps, group
        return _normalize(x, weight, bias, mean, variance, eps).relu_()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, bias, mean, variance, count = ctx.saved_tensors
        output = _normalize(x, weight, bias, mean, variance, ctx.eps)
        # Zeros where the output was not positive, written over the output.
        masked = torch.ops.aten.threshold_backward.grad_input(
            grad, output, 0, grad_input=output
        )
        scale = (variance + ctx.eps).rsqrt()
        alone = ctx.group is None
        # With other processes, the statistics count as constants at first.
        of_batch = count is not None and alone
        needed = list(ctx.needs_input_grad[:3]) if alone else [True, True, True]
        d_x, d_weight, d_bias = torch.ops.aten.native_batch_norm_backward(
            *(masked, x, weight, mean, variance, mean, scale, of_batch, ctx.eps, needed)
        )
        if not alone:
            sums = torch.stack([d_weight, d_bias])
            dist.all_reduce(sums, group=ctx.group)
            of_scale, of_shift = (sums / count * weight * scale).unbind()
            slope = of_scale * scale
            d_x.addcmul_(x, -slope[:, None, None].to(x.dtype))
            d_x.add_((slope * mean - of_shift)[:, None, None].to(x.dtype))
        return d_x, d_weight, d_bias, None, None, None, None, None


def _normalize(
    x: Tensor,
    weight: Tensor,
    bias: Tensor,
    mean: Tensor,
    variance: Tensor,
    eps: float,
) -> Tensor:
    return torch.native_batch_norm(x, weight, bias, mean, variance, False, 0.0, eps)[0]

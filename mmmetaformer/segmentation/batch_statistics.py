# SPDX-License-Identifier: Apache-2.0
"""What a batch norm normalizes with."""

from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

__all__ = ['Statistics', 'processes_of', 'take_statistics']


@dataclass(frozen=True)
class Statistics:
    """Statistics of each channel.

    Args:
        mean: (C,).
        variance: (C,), biased.
        count: Values of a channel, in all processes; shape ().
    """

    mean: Tensor
    variance: Tensor
    count: Tensor


def processes_of(norm: _BatchNorm) -> Any:
    """Return the group of processes that share their statistics, None for no others."""
    if not (isinstance(norm, nn.SyncBatchNorm) and norm.training):
        return None
    if not (dist.is_available() and dist.is_initialized()):
        return None
    group = norm.process_group or dist.group.WORLD
    return group if dist.get_world_size(group) > 1 else None


def take_statistics(norm: _BatchNorm, x: Tensor, group: Any) -> Statistics:
    """Return the statistics that a norm uses; update its running ones in training.

    Args:
        norm: A batch norm that tracks running statistics.
        x: Its input, (N, C, H, W).
        group: What `processes_of` returned.
    """
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None
    assert variance is not None
    count = x.new_full((), x.numel() // x.shape[1], dtype=mean.dtype)
    if not norm.training:
        return Statistics(mean, variance, count)
    assert norm.num_batches_tracked is not None
    assert norm.momentum is not None
    norm.num_batches_tracked.add_(1)
    if group is None:
        own = torch.batch_norm_update_stats(x, mean, variance, norm.momentum)
        return Statistics(*own, count)
    own = torch.batch_norm_update_stats(x, mean.clone(), variance.clone(), 0.0)
    statistics = _of_all(torch.cat([*own, count[None]]), group)
    count = statistics.count
    mean.lerp_(statistics.mean, norm.momentum)
    variance.lerp_(statistics.variance * count / (count - 1), norm.momentum)
    return statistics


def _of_all(own: Tensor, group: Any) -> Statistics:
    """Return the statistics of all processes, given mean, variance and count of one."""
    gathered = [torch.empty_like(own) for _ in range(dist.get_world_size(group))]
    dist.all_gather(gathered, own, group=group)
    table = torch.stack(gathered)
    means, variances = table[:, :-1].chunk(2, 1)
    counts = table[:, -1:]
    total = counts.sum()
    mean = (means * counts).sum(0) / total
    spread = variances + (means - mean).square()
    return Statistics(mean, (spread * counts).sum(0) / total, total)

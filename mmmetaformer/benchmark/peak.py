# SPDX-License-Identifier: Apache-2.0
"""The peak memory of tensors during a step."""

from collections.abc import Callable
from itertools import accumulate

import torch
from torch.profiler import ProfilerActivity, profile

__all__ = ['peak_above_start']


def peak_above_start(step: Callable[[], None], device: str) -> int:
    """Return the bytes of tensors at the peak of a step, minus those before it.

    On a GPU the allocator counts them. On a CPU the allocations that torch's profiler
    records are added up; memory that libraries allocate themselves is not included.

    Args:
        step: The step, which runs once.
        device: 'cpu' or 'cuda'.
    """
    if device == 'cuda':
        torch.cuda.synchronize()
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        step()
        torch.cuda.synchronize()
        return torch.cuda.max_memory_allocated() - before
    cpu = [ProfilerActivity.CPU]
    with profile(activities=cpu, profile_memory=True, acc_events=True) as profiler:
        step()
    results = profiler.profiler
    assert results is not None
    events = [e for e in results.kineto_results.events() if e.name() == '[memory]']
    events.sort(key=lambda event: event.start_ns())
    return max(accumulate((event.nbytes() for event in events), initial=0))

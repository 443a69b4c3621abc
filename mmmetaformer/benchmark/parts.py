# SPDX-License-Identifier: Apache-2.0
"""Where the time of a whole step goes."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from .config_workload import ConfigWorkload
from .setting import Setting
from .workload import tensors_in

__all__ = ['parts_of_step']


class _Clock:
    """Adds up the time of parts, one of which is running.

    Args:
        setting: Tells what to wait for.
        part: The first one.
    """

    def __init__(self, setting: Setting, part: str) -> None:
        self.setting = setting
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.part = part
        setting.synchronize()
        self.start = time.perf_counter()

    def begin(self, part: str) -> None:
        """End the part that runs, and begin another one."""
        self.setting.synchronize()
        now = time.perf_counter()
        self.seconds[self.part] += now - self.start
        self.part, self.start = part, now


def parts_of_step(workload: ConfigWorkload, training: bool) -> dict[str, float]:
    """Seconds of each part of one step, in their order.

    Heads are all that is neither the images' preparation nor the backbone: neck,
    heads, and losses or predictions.

    Args:
        workload: Of a config.
        training: Whether it is a training step or inference.
    """
    clock = _Clock(workload.setting, 'images')
    with _backbone_noted(workload.module.backbone, clock):
        if training:
            loss, _ = workload.module.parse_losses(workload.forward())
            clock.begin('heads, backward')
            workload.optimizer.backward(loss)
            clock.begin('update')
            workload.optimizer.step()
            workload.optimizer.zero_grad()
        else:
            workload.infer_step()
        clock.begin('')
    return dict(clock.seconds)


@contextmanager
def _backbone_noted(backbone: torch.nn.Module, clock: _Clock) -> Iterator[None]:
    def enter(*_: Any) -> None:
        clock.begin('backbone')

    def leave(module: torch.nn.Module, inputs: Any, outputs: Any) -> None:
        clock.begin('heads')
        for output in tensors_in(outputs):
            if output.requires_grad:
                output.register_hook(arrive)

    def arrive(gradient: Tensor) -> None:
        # The heads are through when the first one arrives: torch takes what was
        # computed last first. Those of other outputs come while the backbone's runs.
        if clock.part == 'heads, backward':
            clock.begin('backbone, backward')

    handles = [
        backbone.register_forward_pre_hook(enter),
        backbone.register_forward_hook(leave),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()

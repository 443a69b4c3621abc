# SPDX-License-Identifier: Apache-2.0
"""The time of each part of a whole step."""

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
    """Adds up the time of parts that run one after another.

    Args:
        setting: Knows the device to wait for.
        part: The first part.
    """

    def __init__(self, setting: Setting, part: str) -> None:
        self.setting = setting
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.part = part
        setting.synchronize()
        self.start = time.perf_counter()

    def begin(self, part: str) -> None:
        """End the running part and begin another one."""
        self.setting.synchronize()
        now = time.perf_counter()
        self.seconds[self.part] += now - self.start
        self.part, self.start = part, now


def parts_of_step(workload: ConfigWorkload, training: bool) -> dict[str, float]:
    """Return the seconds of each part of one step, in their order.

    'heads' is everything but the preparation of images and the backbone: neck, heads,
    and losses or predictions.

    Args:
        workload: The workload of a config.
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
        # The backward pass of the heads ends when the first gradient arrives, since
        # torch goes backwards. Those of other outputs arrive later.
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

# SPDX-License-Identifier: Apache-2.0
"""Measurements of one workload."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.errors import ConfigError
from mmmetaformer.models.layers import reference_kernels

from .ceilings import Bound, Ceilings
from .config_workload import ConfigWorkload
from .peak import peak_above_start
from .step_parts import parts_of_step
from .workload import Workload

__all__ = ['Probe']


class Probe:
    """Run steps of a workload and measure what they cost.

    Args:
        workload: What to measure. With `:plain` in its name it runs on the reference
            kernels.
    """

    def __init__(self, workload: Workload) -> None:
        self.name = workload.name
        self.workload = workload
        self.training = False
        plain = ':plain' in self.name
        self._kernels: Callable[[], AbstractContextManager[Any]] = (
            reference_kernels if plain else nullcontext
        )

    def start(self, training: bool) -> None:
        """Prepare for training steps or for inference."""
        self.training = training
        self.workload.start(training)

    def seconds(self) -> float:
        """Return the time of one step."""
        setting = self.workload.setting
        setting.synchronize()
        start = time.perf_counter()
        self._step()
        setting.synchronize()
        return time.perf_counter() - start

    def saved_bytes(self) -> int:
        """Return the bytes saved for the backward pass per image; 0 for inference."""
        if not self.training:
            return 0
        with self._kernels(), SavedBytes(self.workload.resident()) as saved:
            self.workload.forward()
        return sum(saved.bytes.values()) // self.workload.setting.batch

    def peak_bytes(self) -> int:
        """Return the bytes of all tensors in memory at the peak of a step."""
        resident = {t.untyped_storage()._cdata: t for t in self.workload.resident()}
        there = sum(t.untyped_storage().nbytes() for t in resident.values())
        return there + peak_above_start(self._step, self.workload.setting.device)

    def bound_seconds(self, ceilings: Ceilings) -> float | None:
        """Return the time of a step at the machine's ceilings, None if unknown."""
        if ':compile' in self.name:
            return None  # the compiler replaces the operations of the model
        with Bound(ceilings) as bound:
            self._step()
        return bound.seconds

    def parts(self) -> dict[str, float]:
        """Return the seconds of each part of one step, in their order.

        Raises:
            ConfigError: The workload is not a config, or is compiled.
        """
        if not isinstance(self.workload, ConfigWorkload):
            raise ConfigError(f'{self.name}: only configs have parts')
        if ':compile' in self.name:  # compiled modules call no hooks
            raise ConfigError(
                f'{self.name}: compiled models cannot be split into parts'
            )
        with self._kernels():
            return parts_of_step(self.workload, self.training)

    def _step(self) -> None:
        with self._kernels():
            if self.training:
                self.workload.train_step()
            else:
                self.workload.infer_step()

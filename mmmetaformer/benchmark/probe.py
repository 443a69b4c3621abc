# SPDX-License-Identifier: Apache-2.0
"""What can be asked of one workload."""

import time

from mmmetaformer.complexity.saved_bytes import SavedBytes
from mmmetaformer.errors import ConfigError

from .ceilings import Bound, Ceilings
from .config_workload import ConfigWorkload
from .parts import parts_of_step
from .peak import peak_above_start
from .workload import Workload

__all__ = ['Probe']


class Probe:
    """Takes steps of a workload, and tells what they cost.

    Args:
        workload: What is measured.
    """

    def __init__(self, workload: Workload) -> None:
        self.name = workload.name
        self.workload = workload
        self.training = False

    def start(self, training: bool) -> None:
        """Make ready for training steps or for inference."""
        self.training = training
        self.workload.start(training)

    def seconds(self) -> float:
        """Of one step."""
        setting = self.workload.setting
        setting.synchronize()
        start = time.perf_counter()
        self._step()
        setting.synchronize()
        return time.perf_counter() - start

    def kept_bytes(self) -> int:
        """Kept for the backward pass, for each image; 0 for inference."""
        if not self.training:
            return 0
        with SavedBytes(self.workload.resident()) as saved:
            self.workload.forward()
        return sum(saved.bytes.values()) // self.workload.setting.batch

    def peak_bytes(self) -> int:
        """The most that tensors take during a step, with all that is there before."""
        resident = {t.untyped_storage()._cdata: t for t in self.workload.resident()}
        there = sum(t.untyped_storage().nbytes() for t in resident.values())
        return there + peak_above_start(self._step, self.workload.setting.device)

    def bound_seconds(self, ceilings: Ceilings) -> float | None:
        """Of a step at the machine's ceilings; None where it cannot be counted."""
        if ':compile' in self.name:
            return None  # the operations are no longer those of the model's code
        with Bound(ceilings) as bound:
            self._step()
        return bound.seconds

    def parts(self) -> dict[str, float]:
        """Seconds of each part of one step, in their order.

        Raises:
            ConfigError: The workload is not of a config, or compiled.
        """
        if not isinstance(self.workload, ConfigWorkload):
            raise ConfigError(f'{self.name}: only a config has parts')
        if ':compile' in self.name:  # which leaves hooks out
            raise ConfigError(f'{self.name}: its parts cannot be told apart')
        return parts_of_step(self.workload, self.training)

    def _step(self) -> None:
        if self.training:
            self.workload.train_step()
        else:
            self.workload.infer_step()

# SPDX-License-Identifier: Apache-2.0
"""Time and memory of several workloads, in turn."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from mmmetaformer.analysis import SavedBytes

from .ceilings import Bound, Ceilings
from .peak import peak_above_start
from .setting import Setting
from .workload import Workload

__all__ = ['Result', 'measure']


@dataclass(frozen=True)
class Result:
    """What one workload takes for one kind of step.

    Args:
        name: The workload's.
        mode: 'train' or 'infer'.
        setting: Where it ran.
        seconds: Of each round.
        ratio: How many times as fast as the first workload: quartiles over the rounds,
            in each of which the two ran one after the other.
        kept_bytes: Kept for the backward pass, for each image; 0 for inference.
        peak_bytes: The most that tensors took during a step, with parameters,
            gradients, the optimizer's state and input.
        bound_seconds: At the machine's ceilings; None where it is not counted.
    """

    name: str
    mode: str
    setting: Setting
    seconds: tuple[float, ...]
    ratio: tuple[float, float, float]
    kept_bytes: int
    peak_bytes: int
    bound_seconds: float | None

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Of the seconds of a step."""
        return _quartiles(self.seconds)

    @property
    def images_per_second(self) -> float:
        """By the median."""
        return self.setting.batch / self.quartiles[1]

    @property
    def share(self) -> float | None:
        """Of the median's time, that which the machine's ceilings ask for."""
        return self.bound_seconds and self.bound_seconds / self.quartiles[1]


def measure(
    workloads: Sequence[Workload],
    mode: str,
    ceilings: Ceilings,
    rounds: int = 10,
    warm_up: int = 2,
) -> list[Result]:
    """Measure steps of all workloads in turn, so that a busy moment hits all alike.

    Args:
        workloads: In one setting; the first is what the others are compared with.
        mode: 'train' or 'infer'.
        ceilings: Of the machine.
        rounds: Measured steps of each.
        warm_up: Steps of each before.
    """
    setting = workloads[0].setting
    for workload in workloads:
        workload.start(mode == 'train')
        for _ in range(warm_up):
            _step(workload, mode)
    seconds: list[list[float]] = [[] for _ in workloads]
    for turn in range(rounds):
        # Each begins a round in its turn, lest one always follows the same other.
        for i in range(len(workloads)):
            i = (i + turn) % len(workloads)
            setting.synchronize()
            start = time.perf_counter()
            _step(workloads[i], mode)
            setting.synchronize()
            seconds[i].append(time.perf_counter() - start)
    results = []
    for workload, own in zip(workloads, seconds, strict=True):
        pairs = zip(seconds[0], own, strict=True)
        ratio = _quartiles([first / this for first, this in pairs])
        memory = _kept(workload) if mode == 'train' else 0, _peak(workload, mode)
        bound = _bound(workload, mode, ceilings)
        results.append(
            Result(workload.name, mode, setting, tuple(own), ratio, *memory, bound)
        )
    return results


def _step(workload: Workload, mode: str) -> None:
    if mode == 'train':
        workload.train_step()
    else:
        workload.infer_step()


def _kept(workload: Workload) -> int:
    with SavedBytes(workload.resident()) as saved:
        workload.forward()
    return sum(saved.bytes.values()) // workload.setting.batch


def _peak(workload: Workload, mode: str) -> int:
    resident = {t.untyped_storage()._cdata: t for t in workload.resident()}
    there = sum(t.untyped_storage().nbytes() for t in resident.values())
    device = workload.setting.device
    return there + peak_above_start(lambda: _step(workload, mode), device)


def _bound(workload: Workload, mode: str, ceilings: Ceilings) -> float | None:
    if ':compile' in workload.name:
        return None  # the operations are no longer those of the model's code
    with Bound(ceilings) as bound:
        _step(workload, mode)
    return bound.seconds


def _quartiles(numbers: Sequence[float]) -> tuple[float, float, float]:
    if len(numbers) == 1:
        return numbers[0], numbers[0], numbers[0]
    low, middle, high = statistics.quantiles(numbers, n=4, method='inclusive')
    return low, middle, high

# SPDX-License-Identifier: Apache-2.0
"""Time and memory of several workloads, in turn."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from .ceilings import Ceilings
from .probe import Probe
from .remote import Remote
from .setting import Setting

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
    probes: Sequence[Probe | Remote],
    mode: str,
    setting: Setting,
    ceilings: Ceilings,
    rounds: int = 10,
    warm_up: int = 2,
) -> list[Result]:
    """Measure steps of all workloads in turn, so that a busy moment hits all alike.

    Args:
        probes: Of workloads in one setting; the first is what the others are compared
            with.
        mode: 'train' or 'infer'.
        setting: Of them all.
        ceilings: Of the machine.
        rounds: Measured steps of each.
        warm_up: Steps of each before.
    """
    for probe in probes:  # all are built before one takes a step
        probe.start(mode == 'train')
    for probe in probes:
        for _ in range(warm_up):
            probe.seconds()
    seconds: list[list[float]] = [[] for _ in probes]
    for turn in range(rounds):
        # Each begins a round in its turn, lest one always follows the same other.
        for i in range(len(probes)):
            i = (i + turn) % len(probes)
            seconds[i].append(probes[i].seconds())
    results = []
    for probe, own in zip(probes, seconds, strict=True):
        pairs = zip(seconds[0], own, strict=True)
        ratio = _quartiles([first / this for first, this in pairs])
        memory = probe.kept_bytes(), probe.peak_bytes()
        bound = probe.bound_seconds(ceilings)
        results.append(
            Result(probe.name, mode, setting, tuple(own), ratio, *memory, bound)
        )
    return results


def _quartiles(numbers: Sequence[float]) -> tuple[float, float, float]:
    if len(numbers) == 1:
        return numbers[0], numbers[0], numbers[0]
    low, middle, high = statistics.quantiles(numbers, n=4, method='inclusive')
    return low, middle, high

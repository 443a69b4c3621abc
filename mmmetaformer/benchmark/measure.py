# SPDX-License-Identifier: Apache-2.0
"""Measuring the time and memory of several workloads in turn."""

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
    """Time and memory of one workload for one kind of step.

    Args:
        name: The workload's.
        mode: 'train' or 'infer'.
        setting: Where it ran.
        seconds: Time of a step in each round.
        speed_up: Time of the first workload divided by the time of this one: quartiles
            over the rounds.
        saved_bytes: Saved for the backward pass, per image; 0 for inference.
        peak_bytes: Memory of tensors at the peak of a step, with parameters, gradients,
            the optimizer's state and input.
        bound_seconds: Time of a step at the machine's roofline, None if unknown.
    """

    name: str
    mode: str
    setting: Setting
    seconds: tuple[float, ...]
    speed_up: tuple[float, float, float]
    saved_bytes: int
    peak_bytes: int
    bound_seconds: float | None

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Quartiles of the seconds of a step."""
        return _quartiles(self.seconds)

    @property
    def images_per_second(self) -> float:
        """Images per second, by the median time."""
        return self.setting.batch / self.quartiles[1]

    @property
    def share(self) -> float | None:
        """Time at the machine's roofline divided by the median time."""
        return self.bound_seconds and self.bound_seconds / self.quartiles[1]


def measure(
    probes: Sequence[Probe | Remote],
    mode: str,
    setting: Setting,
    ceilings: Ceilings,
    rounds: int = 10,
    warm_up: int = 2,
) -> list[Result]:
    """Measure steps of all workloads in turn, so that a busy moment affects them all.

    Args:
        probes: Probes of the workloads; the others are compared with the first.
        mode: 'train' or 'infer'.
        setting: Where all of them run.
        ceilings: The machine's roofline.
        rounds: Measured steps of each workload.
        warm_up: Steps of each workload before that.
    """
    for probe in probes:  # all models are built before the first step
        probe.start(mode == 'train')
    for probe in probes:
        for _ in range(warm_up):
            probe.seconds()
    seconds: list[list[float]] = [[] for _ in probes]
    for turn in range(rounds):
        # Another workload starts each round, so that none always follows the same one.
        for i in range(len(probes)):
            i = (i + turn) % len(probes)
            seconds[i].append(probes[i].seconds())
    results = []
    for probe, own in zip(probes, seconds, strict=True):
        pairs = zip(seconds[0], own, strict=True)
        speed_up = _quartiles([first / this for first, this in pairs])
        memory = probe.saved_bytes(), probe.peak_bytes()
        bound = probe.bound_seconds(ceilings)
        results.append(
            Result(probe.name, mode, setting, tuple(own), speed_up, *memory, bound)
        )
    return results


def _quartiles(numbers: Sequence[float]) -> tuple[float, float, float]:
    if len(numbers) == 1:
        return numbers[0], numbers[0], numbers[0]
    low, middle, high = statistics.quantiles(numbers, n=4, method='inclusive')
    return low, middle, high

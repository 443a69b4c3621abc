# SPDX-License-Identifier: Apache-2.0
"""Time per image of exported files and of the model, measured in turn."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ['Latency', 'measure_latency']

WARM_UP = 2
ROUNDS = 10


@dataclass(frozen=True)
class Latency:
    """Time of one of several ways to compute the same.

    Attributes:
        name: Which way.
        milliseconds: Median over the rounds.
        speed_up: Time of the first way divided by this one's: quartiles over the
            rounds.
    """

    name: str
    milliseconds: float
    speed_up: tuple[float, float, float]


def measure_latency(ways: Mapping[str, Callable[[], object]]) -> list[Latency]:
    """Call each way in turn, so that a busy moment of the machine affects them all.

    Args:
        ways: By name; the others are compared with the first.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(WARM_UP + ROUNDS):
        for name, call in ways.items():
            start = time.perf_counter()
            call()
            if turn >= WARM_UP:
                seconds[name].append(time.perf_counter() - start)
    first = next(iter(seconds.values()))
    results = []
    for name, own in seconds.items():
        ratios = [one / other for one, other in zip(first, own, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4, method='inclusive')
        results.append(
            Latency(name, 1000 * statistics.median(own), (low, middle, high))
        )
    return results

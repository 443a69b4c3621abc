# SPDX-License-Identifier: Apache-2.0
"""A scalar with few enough points for a chart."""

from dataclasses import dataclass

import numpy as np

from .history import Scalar

__all__ = ['Curve', 'curve_of']

POINTS = 300


@dataclass
class Curve:
    """A scalar over the steps; a point stands for one or several logged values.

    Attributes:
        steps: The last step of each point.
        values: The mean of each point over its finite values; NaN if it has none.
        low: The lowest finite value of each point.
        high: The highest one.
        each: Logged values in a point.
    """

    steps: np.ndarray
    values: np.ndarray
    low: np.ndarray
    high: np.ndarray
    each: int


def curve_of(scalar: Scalar, points: int = POINTS) -> Curve:
    """Return a scalar with no more than so many points."""
    count = len(scalar.steps)
    each = max(1, -(-count // points))
    starts = np.arange(0, count, each)
    if each == 1:
        values = np.where(np.isfinite(scalar.values), scalar.values, np.nan)
        return Curve(scalar.steps, values, values, values, each)
    finite = np.isfinite(scalar.values)
    numbers = np.add.reduceat(finite.astype(float), starts)
    sums = np.add.reduceat(np.where(finite, scalar.values, 0), starts)
    low = np.minimum.reduceat(np.where(finite, scalar.values, np.inf), starts)
    high = np.maximum.reduceat(np.where(finite, scalar.values, -np.inf), starts)
    none = numbers == 0
    means = np.divide(sums, numbers, out=np.full(len(starts), np.nan), where=~none)
    low[none] = high[none] = np.nan
    ends = np.minimum(starts + each, count) - 1
    return Curve(scalar.steps[ends], means, low, high, each)

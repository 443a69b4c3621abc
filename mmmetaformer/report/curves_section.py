# SPDX-License-Identifier: Apache-2.0
"""Curves of what a run logged, and the table of its metrics."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mmmetaformer.host import PER_CLASS

from .charts import Chart, lines
from .log import History, curve_of
from .log.history import Scalar

__all__ = ['Metric', 'charts_of', 'is_class_result', 'metrics_of']

MOST = 12  # curves in a chart
TIMES = ('time', 'data_time')
RATES = ('lr', 'base_lr')


@dataclass
class Metric:
    """A metric of the validations.

    Attributes:
        name: As logged.
        last: Its last value.
        best: Its best value, NaN if there is none.
        step: The iteration of that, None if there is none.
    """

    name: str
    last: float
    best: float
    step: int | None


def charts_of(history: History) -> list[Chart]:
    """Return the curves: losses, metrics, rates and the rest."""
    training, validation = history.training, history.validation
    losses = _named(training, is_loss)
    val_losses = {
        name if name.startswith('val') else f'val {name}': scalar
        for name, scalar in _named(validation, is_loss).items()
    }
    metrics = _named(
        validation,
        lambda n: not is_loss(n) and n not in TIMES and not is_class_result(n),
    )
    rest = _named(
        training,
        lambda n: not is_loss(n) and n not in (*TIMES, *RATES, 'memory'),
    )
    charts: list[Chart] = []
    total = {name: losses.pop(name) for name in ('loss',) if name in losses}
    _add(charts, 'Loss', total | _named(val_losses, lambda n: n in ('val_loss',)))
    parts = {n: s for n, s in val_losses.items() if n != 'val_loss'}
    _add(charts, 'Loss parts', losses | parts)
    # COCO's AP of small objects has no value where there are none.
    metrics = {n: s for n, s in metrics.items() if np.isfinite(s.values).any()}
    for group, scalars in _grouped(metrics).items():
        _add(charts, f'Metrics {group}'.strip(), scalars)
    rates = _named(training, lambda n: n in RATES)
    if 'lr' in rates and 'base_lr' in rates and _equal(rates['lr'], rates['base_lr']):
        del rates['base_lr']
    _add(charts, 'Learning rate', rates)
    accuracy = _named(rest, lambda n: 'acc' in n)
    _add(charts, 'Accuracy while training', accuracy)
    for name, scalar in rest.items():
        if name not in accuracy:
            _add(charts, name.replace('_', ' ').capitalize(), {name: scalar})
    _add(charts, 'Seconds per iteration', _named(training, lambda n: n in TIMES))
    _add(charts, 'Memory (MB)', _named(training, lambda n: n == 'memory'))
    return charts


def metrics_of(history: History) -> list[Metric]:
    """Return the last and the best value of each metric and validation loss."""
    rows = []
    for name, scalar in history.validation.items():
        if name in TIMES or is_class_result(name):
            continue
        finite = np.isfinite(scalar.values)
        best, step = math.nan, None
        if finite.any():
            sign = -1 if is_loss(name) else 1
            place = int(np.argmax(np.where(finite, sign * scalar.values, -np.inf)))
            best, step = float(scalar.values[place]), int(scalar.steps[place])
        rows.append(Metric(name, float(scalar.values[-1]), best, step))
    return rows


def is_loss(name: str) -> bool:
    """Return whether a value is better the lower it is."""
    return 'loss' in name


def is_class_result(name: str) -> bool:
    """Return whether a metric is that of a single class."""
    return name.endswith(PER_CLASS)


def _add(charts: list[Chart], title: str, scalars: Mapping[str, Scalar]) -> None:
    names = list(scalars)[:MOST]
    if not names:
        return
    chart = lines(title, {name: curve_of(scalars[name]) for name in names})
    notes = [chart.note] if chart.note else []
    bad = {n: int((~np.isfinite(scalars[n].values)).sum()) for n in names}
    notes += [
        f'{name}: {count:,} values are not finite.'
        for name, count in bad.items()
        if count
    ]
    if len(scalars) > MOST:
        notes.append(f'{len(scalars) - MOST} more are not shown.')
    charts.append(Chart(title, ' '.join(notes), chart.spec))


def _named(
    scalars: Mapping[str, Scalar], wanted: Callable[[str], bool]
) -> dict[str, Scalar]:
    return {name: scalar for name, scalar in scalars.items() if wanted(name)}


def _grouped(metrics: Mapping[str, Scalar]) -> dict[str, dict[str, Scalar]]:
    """Return metrics in groups, such as those of boxes and those of masks."""
    groups: dict[str, dict[str, Scalar]] = {}
    for name, scalar in metrics.items():
        group, found, _ = name.rpartition('/')[2].partition('_')
        groups.setdefault(group if found else '', {})[name] = scalar
    return groups


def _equal(one: Scalar, other: Scalar) -> bool:
    same = one.values.shape == other.values.shape
    return same and bool(np.allclose(one.values, other.values, equal_nan=True))

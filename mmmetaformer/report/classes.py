# SPDX-License-Identifier: Apache-2.0
"""Results by class, and what was taken for what."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mmmetaformer.engine.val_record import Record

from .charts import Chart, bars, matrix
from .curves_section import PER_CLASS
from .detection import KINDS, error_kinds
from .detection.average_precision import mean
from .log import History

__all__ = ['Results', 'results_of']

MOST = 24  # classes in the matrix
MOST_PAIRS = 15


@dataclass
class Results:
    """Results of the last validation.

    Attributes:
        step: Its iteration.
        header: Names of the columns.
        rows: A row for each class; numbers may be NaN.
        chart: The confusion matrix or the error kinds.
        pairs: Lines of the table beside the chart, the first one its header.
    """

    step: int
    header: list[str]
    rows: list[list[Any]]
    chart: Chart | None = None
    pairs: list[list[Any]] = field(default_factory=list)


def results_of(record: Record | None, history: History) -> Results | None:
    """Return the results by class, None if no validation has left any."""
    if record is None:
        return None
    if record.facts['kind'] == 'segmentor':
        return _of_label_maps(record)
    return _of_instances(record, history)


def _of_label_maps(record: Record) -> Results:
    counts = record.arrays['confusion'].astype(float)
    names = record.facts['names']
    right, true, predicted = counts.diagonal(), counts.sum(1), counts.sum(0)
    iou = _ratio(right, true + predicted - right)
    recall, precision = _ratio(right, true), _ratio(right, predicted)
    share = _ratio(true, np.full(len(true), true.sum()))
    wrong = counts - np.diag(right)
    rows = [
        [name, *(float(100 * column[i]) for column in (iou, recall, precision, share))]
        for i, name in enumerate(names)
    ]
    header = ['class', 'IoU %', 'recall %', 'precision %', 'of pixels %']
    # The classes with most wrong pixels, in their own order.
    involved = wrong.sum(0) + wrong.sum(1) + 1e-9 * true
    shown = np.sort(np.argsort(-involved, kind='stable')[:MOST])
    shares = _ratio(counts, true[:, None])
    chart = matrix(
        'Confusion matrix',
        _unique([names[i] for i in shown]),
        shares[np.ix_(shown, shown)].tolist(),
    )
    if len(shown) < len(names):
        chart.note = (
            f'The {len(shown)} of {len(names)} classes with most wrong pixels. '
        )
    chart.note += 'Share of the pixels of each true class.'
    order = np.argsort(-wrong, axis=None)[:MOST_PAIRS]
    pairs: list[list[Any]] = [['true', 'predicted as', '% of true', 'pixels']]
    for place in order:
        i, j = divmod(int(place), len(names))
        if wrong[i, j] > 0:
            pixels = int(wrong[i, j])
            pairs.append([names[i], names[j], float(100 * shares[i, j]), pixels])
    return Results(record.facts['step'], header, rows, chart, pairs)


def _of_instances(record: Record, history: History) -> Results:
    names = record.facts['names']
    split = {
        name: np.split(
            record.arrays[name].astype(float),
            np.cumsum(record.arrays[f'{name}_per_image'])[:-1],
        )
        for name in ('detections', 'truths')
    }
    errors = error_kinds(split['detections'], split['truths'], len(names))
    logged = {
        name.rpartition('/')[2].removesuffix(PER_CLASS): float(100 * scalar.values[-1])
        for name, scalar in history.validation.items()
        if name.endswith(PER_CLASS)
    }
    header = ['class', 'AP50 %', 'recall %', 'objects']
    recall = 100 * _ratio(errors.found.astype(float), errors.objects.astype(float))
    rows: list[list[Any]] = [
        [name, float(errors.ap50[i]), float(recall[i]), int(errors.objects[i])]
        for i, name in enumerate(names)
    ]
    if logged:
        header.insert(1, 'AP %')
        for row in rows:
            row.insert(1, logged.get(row[0], math.nan))
    costs = dict(zip(KINDS, errors.costs, strict=True))
    chart = bars('Error kinds', costs, 'AP50 points lost')
    chart.note = (
        'Boxes at IoU 0.5, kinds as TIDE defines them: how much AP50 would rise '
        f'without the errors of a kind. AP50 is {mean(errors.ap50):.1f} %.'
    )
    pairs: list[list[Any]] = [['kind', 'errors', 'AP50 lost', 'meaning']]
    for (kind, meaning), count, cost in zip(
        KINDS.items(), errors.counts, errors.costs, strict=True
    ):
        pairs.append([kind, count, round(cost, 2), meaning])
    return Results(record.facts['step'], header, rows, chart, pairs)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return part / whole, NaN where the whole is 0."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def _unique(names: list[str]) -> list[str]:
    """Number names that are there twice: a chart would add up their cells."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f'{name} ({seen[name]})')
    return result

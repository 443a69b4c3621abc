# SPDX-License-Identifier: Apache-2.0
"""Average precision at one IoU, as COCO computes it."""

import numpy as np

__all__ = ['average_precisions', 'mean']

RECALLS = np.arange(101) / 100


def average_precisions(
    labels: np.ndarray, scores: np.ndarray, correct: np.ndarray, true: np.ndarray
) -> np.ndarray:
    """Return the AP of each class in percent, NaN for those without objects.

    Args:
        labels: The classes of detections (N,).
        scores: Their scores (N,).
        correct: Whether each found an object (N,).
        true: Number of objects of each class (classes,).
    """
    order = np.lexsort((-scores, labels))
    labels, correct = labels[order], correct[order]
    edges = np.searchsorted(labels, np.arange(len(true) + 1))
    result = np.full(len(true), np.nan)
    for number, count in enumerate(true):
        if count > 0:
            result[number] = _of_class(
                correct[edges[number] : edges[number + 1]], count
            )
    return result


def mean(values: np.ndarray) -> float:
    """Return the mean of those that are no NaN, 0 if there are none."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else 0.0


def _of_class(correct: np.ndarray, count: int) -> float:
    found = np.cumsum(correct)
    precision = found / np.arange(1, len(found) + 1)
    # What a higher recall reaches, a lower one reaches as well.
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(found / count, RECALLS, side='left')
    return 100 * np.append(precision, 0.0)[places].mean()

# SPDX-License-Identifier: Apache-2.0
"""The error kinds of a detector, and the AP that each of them costs.

TIDE (Bolya et al., ECCV 2020, arXiv:2008.08115) at IoU 0.5. Its package tidecv has had
no release since 2020 and requires pandas and seaborn; the tests compare with what it
computes. Unlike it, and like COCO, a class without objects does not count in a mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mmmetaformer.boxes import iou, share_inside

from .average_precision import average_precisions, mean

__all__ = ['KINDS', 'Errors', 'error_kinds']

#: Name of each kind, and what it means.
KINDS = {
    'Classification': 'right place, wrong class',
    'Localization': 'right class, IoU with the object between 0.1 and 0.5',
    'Both': 'wrong class, and IoU between 0.1 and 0.5',
    'Duplicate': 'the object was already found by a detection with a higher score',
    'Background': 'no object there: IoU below 0.1 with all',
    'Missed': 'an object that no detection found, nor nearly found',
}
CLS, LOC, BOTH, DUPE, BKG, MISS = range(len(KINDS))
NONE = -1
POSITIVE, BACKGROUND = 0.5, 0.1
MAX_DETECTIONS = 100  # of an image


@dataclass
class Errors:
    """The errors of a detector.

    Attributes:
        counts: How many there are of each kind.
        costs: How much AP50 would rise, in percentage points, without each kind.
        ap50: AP50 of each class in percent, NaN for those without objects.
        objects: Objects of each class.
        found: Those that were found, at any score.
    """

    counts: list[int]
    costs: list[float]
    ap50: np.ndarray
    objects: np.ndarray
    found: np.ndarray


def error_kinds(
    detections: list[np.ndarray], truths: list[np.ndarray], num_classes: int
) -> Errors:
    """Sort the errors of a detector by kind.

    Args:
        detections: For each image (N, 6): box as x1, y1, x2, y2, class and score.
        truths: For each image (M, 6): box, class, and 1 for a crowd.
        num_classes: Number of classes.
    """
    images = list(_images(detections, truths))
    found = np.concatenate([one.detections for one in images] or [np.zeros((0, 6))])
    real = np.concatenate([one.truths for one in images] or [np.zeros((0, 6))])
    kind = _joined([one.kind for one in images])
    correct = _joined([one.correct for one in images]).astype(bool)
    ignored = _joined([one.ignored for one in images]).astype(bool)
    target = _joined([one.target for one in images])
    used = _joined([one.used for one in images]).astype(bool)
    labels, scores = found[:, 4].astype(int), found[:, 5]
    classes = real[:, 4].astype(int)
    objects = np.bincount(classes, minlength=num_classes)
    counted = ~ignored

    def ap(keep: np.ndarray, labels: np.ndarray, right: np.ndarray) -> np.ndarray:
        return average_precisions(labels[keep], scores[keep], right[keep], objects)

    best = _best_for_object(target, scores, len(real))
    ap50 = ap(counted, labels, correct)
    costs = []
    for number in (CLS, LOC, BOTH, DUPE, BKG):
        wrong = kind == number
        fixed = np.zeros(len(found), bool)
        if number in (CLS, LOC):
            fixed = wrong & best
        mended = labels.copy()
        mended[fixed] = classes[target[fixed]]
        after = ap((counted & ~wrong) | fixed, mended, correct | fixed)
        costs.append(max(0.0, mean(after) - mean(ap50)))
    usable = np.zeros(len(real), bool)
    usable[target[target >= 0]] = True
    missed = ~used & ~usable
    left = objects - np.bincount(classes[missed], minlength=num_classes)
    after = average_precisions(labels[counted], scores[counted], correct[counted], left)
    # Where all objects were missed, only wrong detections are left, if any.
    wrong_only = np.bincount(labels[counted], minlength=num_classes) > 0
    after[(objects > 0) & (left == 0) & wrong_only] = 0.0
    costs.append(max(0.0, mean(after) - mean(ap50)))
    counts = [int((kind == number).sum()) for number in range(MISS)]
    return Errors(
        counts=[*counts, int(missed.sum())],
        costs=costs,
        ap50=ap50,
        objects=objects,
        found=np.bincount(classes[used], minlength=num_classes),
    )


@dataclass
class _Image:
    detections: np.ndarray
    truths: np.ndarray  # without crowds
    correct: np.ndarray
    ignored: np.ndarray  # inside a crowd
    kind: np.ndarray
    target: np.ndarray  # the object that a mended detection would find, among all
    used: np.ndarray


def _images(detections: list[np.ndarray], truths: list[np.ndarray]) -> Iterator[_Image]:
    before = 0
    for found, true in zip(detections, truths, strict=True):
        found = found[np.argsort(-found[:, 5], kind='stable')][:MAX_DETECTIONS]
        crowd = true[:, 5] > 0
        image = _image(found, true[~crowd], true[crowd], before)
        before += len(image.truths)
        yield image


def _image(
    found: np.ndarray, real: np.ndarray, crowds: np.ndarray, before: int
) -> _Image:
    overlap = iou(found[:, None, :4], real[:, :4])
    same = found[:, 4][:, None] == real[:, 4][None]
    correct, used = _matches(overlap * same)
    inside = share_inside(found[:, None, :4], crowds[:, :4]) > POSITIVE
    inside &= found[:, 4][:, None] == crowds[:, 4][None]
    ignored = inside.any(1) & ~correct
    kind = np.full(len(found), NONE)
    target = np.full(len(found), NONE)
    wrong = ~correct
    if not len(real):
        kind[wrong] = BKG
        return _Image(found, real, correct, ignored, kind, target, used)
    of_class = (overlap * same).max(1)
    of_others = (overlap * ~same).max(1)
    near = (of_class >= BACKGROUND) & (of_class <= POSITIVE)
    kind[wrong] = np.select(
        [
            near[wrong],
            of_others[wrong] >= POSITIVE,
            (overlap * same * used).max(1)[wrong] >= POSITIVE,
            overlap.max(1)[wrong] <= BACKGROUND,
        ],
        [LOC, CLS, DUPE, BKG],
        BOTH,
    )
    for number, candidates in ((LOC, overlap * same), (CLS, overlap * ~same)):
        rows = np.flatnonzero(kind == number)
        objects = candidates[rows].argmax(1)
        free = ~used[objects]
        target[rows[free]] = objects[free] + before
    return _Image(found, real, correct, ignored, kind, target, used)


def _matches(overlap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which detections found an object, and which objects were found."""
    correct = np.zeros(len(overlap), bool)
    used = np.zeros(overlap.shape[1], bool)
    left = overlap.copy()
    for row in np.flatnonzero((overlap >= POSITIVE).any(1)):
        best = left[row].argmax()
        if left[row, best] >= POSITIVE:
            correct[row] = used[best] = True
            left[:, best] = 0
    return correct, used


def _best_for_object(
    target: np.ndarray, scores: np.ndarray, objects: int
) -> np.ndarray:
    """Return which detections have the highest score of those with their target."""
    best = np.zeros(len(target), bool)
    rows = np.flatnonzero(target >= 0)
    rows = rows[np.lexsort((-scores[rows], target[rows]))]
    first = np.ones(len(rows), bool)
    first[1:] = target[rows][1:] != target[rows][:-1]
    best[rows[first]] = True
    return best


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([*arrays, np.zeros(0, int)])

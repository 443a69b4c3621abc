# SPDX-License-Identifier: Apache-2.0
"""The detections and the truth of a detector, and its worst and best images."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmmetaformer.boxes import iou
from mmmetaformer.datasets.run_lengths import run_lengths

from .extremes import Extremes
from .file import Record
from .truth import Truth, Truths

__all__ = ['Instances', 'f1_of']

#: A detection counts in the score of its image, and is drawn, from this score up.
LEAST_SCORE = 0.3
IOU = 0.5


class Instances:
    """Keeps boxes, scores and classes of all images, and masks of the worst and best.

    Args:
        truth: What the metric compares with.
    """

    kind = 'detector'

    def __init__(self, truth: Truths) -> None:
        self._truth = truth
        self.detections: dict[int, np.ndarray] = {}
        self.truths: dict[int, np.ndarray] = {}
        self.extremes = Extremes()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the annotation file out of what goes to the first process."""
        return {**vars(self), '_truth': None}

    def add(self, index: int, sample: Any) -> None:
        """Keep an image.

        Args:
            index: Its place in the data set.
            sample: A `DetDataSample` with predictions.
        """
        found: Any = sample.pred_instances
        boxes = found.bboxes.float().cpu().numpy()
        scores = found.scores.float().cpu().numpy()
        labels = found.labels.cpu().numpy()
        order = np.argsort(-scores, kind='stable')
        boxes, labels, scores = boxes[order], labels[order], scores[order]
        truth = self._truth.of(sample)
        # As columns: x1, y1, x2, y2, class, score or whether it is a crowd.
        self.detections[index] = np.column_stack([boxes, labels, scores])
        self.truths[index] = np.column_stack([truth.boxes, truth.labels, truth.crowd])
        shown = scores >= LEAST_SCORE
        ours = _Shown(boxes[shown], labels[shown], scores[shown], order[shown])
        real = truth.crowd == 0
        score = f1_of(ours.boxes, ours.labels, truth.boxes[real], truth.labels[real])
        self.extremes.offer(index, score, lambda: _content(sample, ours, truth))

    def merge(self, other: 'Instances') -> None:
        """Add what another process has kept."""
        self.detections |= other.detections
        self.truths |= other.truths
        self.extremes.add(other.extremes.pictures)

    def record(self) -> Record:
        """Return everything for the file."""
        order = sorted(self.detections)
        arrays: dict[str, np.ndarray] = {}
        for name, table in (('detections', self.detections), ('truths', self.truths)):
            rows = [table[i] for i in order]
            arrays[name] = np.concatenate([*rows, np.zeros((0, 6))]).astype(np.float32)
            arrays[f'{name}_per_image'] = np.array([len(r) for r in rows], np.int64)
        pictures = [
            dict(index=one.index, score=one.score, **one.content)
            for one in self.extremes.pictures
        ]
        facts = dict(kind=self.kind, pictures=pictures, least_score=LEAST_SCORE)
        return Record(facts, arrays)


def f1_of(
    boxes: np.ndarray, labels: np.ndarray, true_boxes: np.ndarray, true: np.ndarray
) -> float:
    """Return the F1 score of the detections of an image at IoU 0.5, NaN for none.

    Args:
        boxes: Boxes (N, 4) as x1, y1, x2, y2, the best detection first.
        labels: Their classes (N,).
        true_boxes: Boxes of the truth (M, 4).
        true: Their classes (M,).
    """
    if not len(boxes) + len(true_boxes):
        return float('nan')
    if not len(boxes) or not len(true_boxes):
        return 0.0
    overlap = iou(boxes[:, None], true_boxes) * (labels[:, None] == true[None])
    matched = 0
    for row in overlap:
        best = row.argmax()
        if row[best] >= IOU:
            matched += 1
            overlap[:, best] = 0
    return 2 * matched / (len(boxes) + len(true_boxes))


@dataclass
class _Shown:
    """The detections of an image that are drawn, the best first."""

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    rows: np.ndarray  # where the model's output has them


def _content(sample: Any, ours: _Shown, truth: Truth) -> Mapping[str, Any]:
    """Return what a picture needs, as values for JSON."""
    masks: Any = sample.pred_instances.get('masks')
    if masks is not None:
        masks = [run_lengths(masks[int(row)].cpu().numpy()) for row in ours.rows]
    return dict(
        path=str(sample.get('img_path', '')),
        shape=list(sample.ori_shape[:2]),
        boxes=ours.boxes.tolist(),
        labels=ours.labels.tolist(),
        scores=ours.scores.tolist(),
        masks=masks,
        true_boxes=truth.boxes.tolist(),
        true_labels=truth.labels.tolist(),
        true_masks=None if masks is None else truth.masks(),
    )

# SPDX-License-Identifier: Apache-2.0
"""The confusion matrix of a segmentor, and its worst and best images."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .extremes import Extremes
from .file import Record

__all__ = ['LabelMaps']

#: Longest side of the label maps that are kept, in pixels: enough for a page.
SIDE = 640
IGNORED = 255


class LabelMaps:
    """Counts pixels by true and predicted class, image by image.

    Args:
        num_classes: Number of classes.
        ignored: The label of pixels that do not count.
    """

    kind = 'segmentor'

    def __init__(self, num_classes: int, ignored: int) -> None:
        self._classes = num_classes
        self._ignored = ignored
        self.confusion = np.zeros((num_classes, num_classes), np.int64)
        self.extremes = Extremes()

    def add(self, index: int, sample: Any) -> None:
        """Count an image.

        Args:
            index: Its place in the data set.
            sample: A `SegDataSample` with prediction and truth.
        """
        predicted = sample.pred_sem_seg.data.squeeze()
        true = sample.gt_sem_seg.data.squeeze().to(predicted.device)
        counts = confusion_of(predicted, true, self._classes, self._ignored)
        self.confusion += counts
        score = mean_iou(counts)

        def content() -> Mapping[str, Any]:
            step = -(-max(predicted.shape) // SIDE)
            return dict(
                path=str(sample.get('img_path', '')),
                shape=list(predicted.shape),
                predicted=_kept(predicted[::step, ::step]),
                true=_kept(true[::step, ::step]),
            )

        self.extremes.offer(index, score, content)

    def merge(self, other: 'LabelMaps') -> None:
        """Add what another process has counted."""
        self.confusion += other.confusion
        self.extremes.add(other.extremes.pictures)

    def record(self) -> Record:
        """Return everything for the file."""
        arrays = {'confusion': self.confusion}
        pictures = []
        for number, picture in enumerate(self.extremes.pictures):
            content = dict(picture.content)
            for key in ('predicted', 'true'):
                arrays[f'{key}_{number}'] = content.pop(key)
            pictures.append(dict(index=picture.index, score=picture.score, **content))
        return Record(dict(kind=self.kind, pictures=pictures), arrays)


def confusion_of(
    predicted: Tensor, true: Tensor, num_classes: int, ignored: int
) -> np.ndarray:
    """Return the pixels of an image by true class (rows) and predicted class.

    Args:
        predicted: Label map (H, W).
        true: Label map (H, W). Pixels with the ignored label, or with one that is no
            class, do not count.
        num_classes: Number of classes.
        ignored: The ignored label.
    """
    cells = num_classes * num_classes
    counts = (true != ignored) & (true >= 0) & (true < num_classes)
    # bincount waits for its largest number; this bound makes all fit.
    place = torch.where(counts, true.long() * num_classes + predicted, cells)
    binned = torch.bincount(place.flatten(), minlength=cells + 1)[:cells]
    return binned.reshape(num_classes, num_classes).cpu().numpy()


def mean_iou(confusion: np.ndarray) -> float:
    """Return the mean IoU of the classes that are there or predicted, NaN for none."""
    union = confusion.sum(0) + confusion.sum(1) - confusion.diagonal()
    there = union > 0
    if not there.any():
        return float('nan')
    return float((confusion.diagonal()[there] / union[there]).mean())


def _kept(labels: Tensor) -> np.ndarray:
    """Return labels as bytes; those that do not fit are ignored in pictures."""
    return labels.clamp(0, IGNORED).to(torch.uint8).cpu().numpy()

# SPDX-License-Identifier: Apache-2.0
"""What a metric compares detections with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

__all__ = ['CocoTruth', 'LoadedTruth', 'Truth', 'Truths', 'truth_of']


@dataclass
class Truth:
    """The objects of an image.

    Attributes:
        boxes: (N, 4), as x1, y1, x2, y2.
        labels: (N,), the numbers of the classes.
        crowd: (N,), 1 for what counts neither as found nor as missed: regions with
            several objects, and objects that Pascal VOC calls difficult.
        masks: Returns the masks as COCO's compressed RLE.
    """

    boxes: np.ndarray
    labels: np.ndarray
    crowd: np.ndarray
    masks: Callable[[], list[dict[str, Any]]]


class Truths(Protocol):
    """The objects of all images."""

    def of(self, sample: Any) -> Truth:
        """Return the objects of the image of a `DetDataSample`."""


class CocoTruth:
    """The objects of each image, from the annotation file that a metric has read.

    Args:
        coco: The metric's `COCO`.
        names: The classes.
    """

    def __init__(self, coco: Any, names: Iterable[str]) -> None:
        self._coco = coco
        ids = coco.get_cat_ids(cat_names=list(names))
        self._labels = {category: label for label, category in enumerate(ids)}

    def of(self, sample: Any) -> Truth:
        """Return the objects of an image."""
        entries = [
            entry
            for entry in self._coco.imgToAnns.get(sample.img_id, [])
            if entry['category_id'] in self._labels
        ]
        boxes = np.array([entry['bbox'] for entry in entries], float).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        return Truth(
            boxes=boxes,
            labels=np.array([self._labels[e['category_id']] for e in entries], int),
            crowd=np.array([e.get('iscrowd', 0) for e in entries], int),
            masks=lambda: [self._mask(entry) for entry in entries],
        )

    def _mask(self, entry: dict[str, Any]) -> dict[str, Any]:
        code = self._coco.annToRLE(entry)
        counts = code['counts']
        text = counts.decode() if isinstance(counts, bytes) else counts
        return dict(size=list(code['size']), counts=text)


class LoadedTruth:
    """The objects of each image, as the pipeline has loaded them for `VOCMetric`."""

    def of(self, sample: Any) -> Truth:
        """Return the objects of an image; their masks are left out."""
        parts: Any = (sample.gt_instances, sample.ignored_instances)
        boxes, labels = (
            [part[key].cpu().numpy() for part in parts] for key in ('bboxes', 'labels')
        )
        return Truth(
            boxes=np.concatenate(boxes).astype(float).reshape(-1, 4),
            labels=np.concatenate(labels).astype(int),
            crowd=np.repeat([0, 1], [len(part) for part in labels]),
            masks=list,
        )


def truth_of(metrics: Iterable[Any], names: Iterable[str]) -> Truths | None:
    """Return what the first metric that is known compares with, None without one."""
    for metric in metrics:
        if type(metric).__name__ == 'VOCMetric':
            return LoadedTruth()
        coco = getattr(metric, '_coco_api', None)
        if hasattr(coco, 'imgToAnns'):
            return CocoTruth(coco, names)
    return None

# SPDX-License-Identifier: Apache-2.0
"""What a metric in COCO's format compares detections with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ['CocoTruth', 'Truth', 'truth_of']


@dataclass
class Truth:
    """The objects of an image.

    Attributes:
        boxes: (N, 4), as x1, y1, x2, y2.
        labels: (N,), the numbers of the classes.
        crowd: (N,), 1 for regions with several objects.
        masks: Returns the masks as COCO's compressed RLE.
    """

    boxes: np.ndarray
    labels: np.ndarray
    crowd: np.ndarray
    masks: Callable[[], list[dict[str, Any]]]


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

    def of(self, image_id: Any) -> Truth:
        """Return the objects of an image."""
        entries = [
            entry
            for entry in self._coco.imgToAnns.get(image_id, [])
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


def truth_of(metrics: Iterable[Any], names: Iterable[str]) -> CocoTruth | None:
    """Return what the first metric in COCO's format compares with, None without one."""
    for metric in metrics:
        coco = getattr(metric, '_coco_api', None)
        if hasattr(coco, 'imgToAnns'):
            return CocoTruth(coco, names)
    return None

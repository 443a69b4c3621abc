# SPDX-License-Identifier: Apache-2.0
"""Fill in `iscrowd` and `area` where a COCO file does not have them.

mmdet's `CocoDataset` needs `area` and its `CocoMetric` both: each ends in a KeyError,
the second one after a whole epoch. Upstream: pycocotools 2.0.11, `pycocotools/coco.py`,
which both read their files with. Remove this file when mmdet takes an absent `iscrowd`
as 0 and an absent `area` as that of the mask or the box.
"""

import functools
from typing import Any

__all__ = ['install']

FAR = 1e6  # pixels: no coordinate is as large


def install() -> None:
    """Let `COCO.createIndex` fill them in. Further calls change nothing.

    Does nothing without pycocotools, which only detectors need.
    """
    try:
        from pycocotools.coco import COCO
    except ModuleNotFoundError:
        return
    create_index = COCO.createIndex
    if hasattr(create_index, '__wrapped__'):
        return

    @functools.wraps(create_index)
    def create_index_of_all(self: COCO) -> None:
        _fill_in(self.dataset)
        create_index(self)

    COCO.createIndex = create_index_of_all


def _fill_in(dataset: dict[str, Any]) -> None:
    """Fill in `iscrowd` and `area` of the annotations that have a box."""
    sizes = {one['id']: one for one in dataset.get('images', [])}
    for annotation in dataset.get('annotations', []):
        if 'bbox' not in annotation:
            continue
        if annotation.get('iscrowd') is None:
            annotation['iscrowd'] = 0
        if annotation.get('area') is None:
            image = sizes.get(annotation['image_id'], {})
            shape = annotation.get('segmentation')
            pixels = _pixels(shape, image.get('height'), image.get('width'))
            _, _, width, height = annotation['bbox']
            annotation['area'] = pixels or width * height


def _pixels(shape: Any, height: int | None, width: int | None) -> float:
    """Return the pixels of a mask, 0 where there is none."""
    from pycocotools import mask

    if isinstance(shape, dict):
        counts = shape.get('counts')
        if isinstance(counts, list):
            return float(sum(counts[1::2]))
        return float(mask.area(shape)) if isinstance(counts, str) else 0.0
    if not isinstance(shape, list) or not height or not width:
        return 0.0
    polygons = [one for one in shape if _is_polygon(one)]
    if not polygons:
        return 0.0
    return float(mask.area(mask.merge(mask.frPyObjects(polygons, height, width))))


def _is_polygon(points: Any) -> bool:
    """Return whether pycocotools can draw it; other numbers would end the process."""
    return (
        isinstance(points, list)
        and len(points) >= 6
        and all(isinstance(n, (int, float)) and abs(n) <= FAR for n in points)
    )

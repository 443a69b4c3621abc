# SPDX-License-Identifier: Apache-2.0
"""Fill in `iscrowd` and `area` where a COCO file does not have them.

mmdet's `CocoDataset` needs `area` and its `CocoMetric` both: each ends in a KeyError,
the second one after a whole epoch. Upstream: pycocotools 2.0.11, `pycocotools/coco.py`,
which both read their files with. Remove this file when mmdet takes an absent `iscrowd`
as 0 and an absent `area` as that of the mask or the box.
"""

import functools
import math
from typing import Any

__all__ = ['install']


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
    """Fill in `iscrowd` and `area` of annotations that have a box.

    The results that pycocotools compares with have their own areas.
    """
    sizes = {one['id']: one for one in dataset.get('images', [])}
    for annotation in dataset.get('annotations', []):
        if annotation.get('iscrowd') is None:
            annotation['iscrowd'] = 0
        if annotation.get('area') is None and 'bbox' in annotation:
            image = sizes.get(annotation.get('image_id'), {})
            annotation['area'] = _area(annotation, image)


def _area(annotation: dict[str, Any], image: dict[str, Any]) -> float:
    """Return the pixels of the mask, or the area of the box where there is none."""
    from pycocotools import mask

    height, width = image.get('height'), image.get('width')
    shape = annotation.get('segmentation')
    if isinstance(shape, list) and height and width:
        shape = [one for one in shape if _is_polygon(one)]
        rles = mask.frPyObjects(shape, height, width) if shape else []
        pixels = float(mask.area(mask.merge(rles))) if rles else 0.0
    elif isinstance(shape, dict) and isinstance(shape.get('counts'), list):
        pixels = float(mask.area(mask.frPyObjects(shape, *shape['size'])))
    elif isinstance(shape, dict) and isinstance(shape.get('counts'), str):
        pixels = float(mask.area(shape))
    else:
        pixels = 0.0
    _, _, box_width, box_height = annotation['bbox']
    return pixels or box_width * box_height


def _is_polygon(points: Any) -> bool:
    # pycocotools ends the process where a number is not finite.
    return isinstance(points, list) and len(points) >= 6 and math.isfinite(sum(points))

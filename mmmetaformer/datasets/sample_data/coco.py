# SPDX-License-Identifier: Apache-2.0
"""Write sample data with the folders and annotations of COCO 2017."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from .folder import write_folder
from .image_file import write_image
from .scene import Instance
from .shapes import SHAPES
from .spec import SampleSpec

__all__ = ['COCO_CLASSES', 'COCO_PALETTE', 'write_coco']

COCO_CLASSES = SHAPES
COCO_PALETTE = [(255, 0, 163), (0, 255, 20), (92, 0, 255), (255, 173, 0)]

# With gaps, like COCO's: code that confuses ids and indices fails.
CATEGORY_IDS = {'ball': 2, 'box': 5, 'flag': 11, 'light': 18}
DATE = '2017-01-01'


def write_coco(
    root: str | os.PathLike[str],
    *,
    num_train: int,
    num_val: int,
    image_size: int,
    seed: int,
) -> None:
    """Write a synthetic data set for detection and instance segmentation.

    It consists of `train2017`, `val2017` and `annotations/instances_{split}2017.json`.
    The same arguments produce the same bytes. If `root` already has the result of these
    arguments, nothing happens; sample data from other arguments is replaced.

    Args:
        root: Folder to write.
        num_train: Number of training images.
        num_val: Number of validation images.
        image_size: Height and width of the images in pixels.
        seed: Another seed draws other images.

    Raises:
        ConfigError: `root` exists and is not sample data, or a number is too small.
    """
    spec = SampleSpec(num_train, num_val, image_size, seed)

    def fill(folder: Path) -> None:
        (folder / 'annotations').mkdir()
        for split in ('train', 'val'):
            truth = _write_split(folder / f'{split}2017', spec, split)
            path = folder / 'annotations' / f'instances_{split}2017.json'
            path.write_text(json.dumps(truth), encoding='utf-8')

    write_folder(root, spec.stamp('coco'), fill)


def _write_split(folder: Path, spec: SampleSpec, split: str) -> dict[str, Any]:
    """Write the images of 'train' or 'val', and return the annotations."""
    folder.mkdir()
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for index in range(spec.count(split)):
        scene = spec.scene(split, index, with_other=False)
        image_id = index + 1
        name = f'{image_id:012d}.jpg'
        write_image(folder / name, scene.image)
        height, width = scene.wall.shape
        images.append(
            {
                'license': 1,
                'file_name': name,
                'coco_url': '',
                'height': height,
                'width': width,
                'date_captured': f'{DATE} 00:00:00',
                'flickr_url': '',
                'id': image_id,
            }
        )
        for instance in scene.instances:
            annotations.append(_annotate(instance, image_id, len(annotations) + 1))
    return {
        'info': {
            'description': f'Generated shapes in the format of COCO 2017 ({split})',
            'url': '',
            'version': '1.0',
            'year': 2017,
            'contributor': 'mmmetaformer',
            'date_created': DATE,
        },
        'licenses': [
            {
                'url': 'https://www.apache.org/licenses/LICENSE-2.0',
                'id': 1,
                'name': 'Apache License 2.0',
            }
        ],
        'images': images,
        'annotations': annotations,
        'categories': [
            {'supercategory': 'shape', 'id': CATEGORY_IDS[name], 'name': name}
            for name in COCO_CLASSES
        ],
    }


def _annotate(instance: Instance, image_id: int, annotation_id: int) -> dict[str, Any]:
    """Return the annotation of one instance, with the box and area of its mask."""
    rows, columns = np.nonzero(instance.mask)
    left, top = int(columns.min()), int(rows.min())
    width, height = int(columns.max()) + 1 - left, int(rows.max()) + 1 - top
    return {
        'segmentation': [instance.polygon.ravel().tolist()],
        'area': float(len(rows)),
        'iscrowd': 0,
        'image_id': image_id,
        'bbox': [float(left), float(top), float(width), float(height)],
        'category_id': CATEGORY_IDS[instance.name],
        'id': annotation_id,
    }

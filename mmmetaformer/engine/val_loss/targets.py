# SPDX-License-Identifier: Apache-2.0
"""Objects at the size of the image that a detector sees."""

from typing import Any

__all__ = ['fit_objects']

KINDS = ('gt_instances', 'ignored_instances')


def fit_objects(sample: Any) -> None:
    """Scale boxes and masks of an image file to the resized and padded image.

    In testing, mmdet loads them after it has resized the image, since metrics are
    computed at the size of the file.

    Args:
        sample: A data sample of mmdet after the model's preprocessor, with boxes as
            tensors (N, 4); changed in place. Its `scale_factor` is (width, height).
    """
    width, height = sample.scale_factor
    for kind in KINDS:
        objects = getattr(sample, kind, None)
        if objects is None:
            continue
        if 'bboxes' in objects:
            boxes = objects.bboxes
            objects.bboxes = boxes * boxes.new_tensor([width, height, width, height])
        if 'masks' in objects:
            masks = objects.masks.resize(tuple(sample.img_shape))
            objects.masks = masks.pad(tuple(sample.batch_input_shape))

# SPDX-License-Identifier: Apache-2.0
"""What is left of a file after mmdet's filters.

The rules of `CocoDataset.parse_data_info` and `filter_data` in mmdet 3.3.
"""

import numpy as np

from .facts import Left, Selection

__all__ = ['count_left']


def count_left(
    selection: Selection,
    names: list[str],
    boxes: np.ndarray,
    areas: np.ndarray,
    crowds: np.ndarray,
    ignored: np.ndarray,
    owners: np.ndarray,
    categories: np.ndarray,
    image_sizes: np.ndarray,
) -> Left:
    """Count images and objects for one data set.

    Args:
        selection: What the data set takes.
        names: The categories of the file.
        boxes: (N, 4), of the annotations; NaN: not known.
        areas: (N,); NaN: not in the file.
        crowds: (N,), whether they are crowds.
        ignored: (N,), whether they have a true `ignore`.
        owners: (N,), row of the image of each; -1: none.
        categories: (N,), row of the category of each; -1: none.
        image_sizes: (M, 2), width and height; NaN: not known.
    """
    classes = selection.classes
    chosen = np.array([classes is None or name in classes for name in names] + [False])
    of_classes = chosen[categories]
    with np.errstate(invalid='ignore'):
        small = image_sizes.min(1, initial=np.inf) < selection.min_size
    has_objects = np.zeros(len(image_sizes) + 1, bool)
    has_objects[owners[of_classes]] = True
    empty = ~has_objects[:-1] & selection.filter_empty & ~small
    kept = np.append(~small & ~empty, False)[owners] & of_classes
    x, y, w, h = boxes.T
    width, height = image_sizes[owners].T if len(image_sizes) else np.zeros((2, len(x)))
    dropped = {}
    with np.errstate(invalid='ignore'):
        overlap_w = np.minimum(x + w, width) - np.maximum(x, 0)
        overlap_h = np.minimum(y + h, height) - np.maximum(y, 0)
        for reason, mask in (
            ('marked "ignore"', ignored),
            ('narrower than 1 pixel', (w < 1) | (h < 1)),
            ('outside the image', ~((overlap_w > 0) & (overlap_h > 0))),
            ('of an area of 0', areas <= 0),
        ):
            dropped[reason] = int((kept & mask).sum())
            kept &= ~mask
    objects = kept & ~crowds
    per_class = np.bincount(categories[objects], minlength=len(names))
    return Left(
        images=int((~small & ~empty).sum()),
        too_small=int(small.sum()),
        without_objects=int(empty.sum()),
        objects=int(objects.sum()),
        crowds=int((kept & crowds).sum()),
        dropped={reason: count for reason, count in dropped.items() if count},
        per_class=per_class[chosen[:-1]].tolist(),
    )

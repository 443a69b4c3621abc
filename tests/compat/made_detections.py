# SPDX-License-Identifier: Apache-2.0
"""Annotations and predictions that are hard for an evaluation, from random numbers."""

from typing import Any

import numpy as np
from pycocotools import mask

HEIGHT, WIDTH = 480, 640
SIDES = (4, 31, 32, 33, 95, 96, 97, 200)  # of objects: on the borders of the sizes, too
CROWDED = 50  # each n-th image has more predictions of a class than are counted

Made = tuple[dict[str, Any], list[dict[str, Any]]]


def make_detections(
    images: int, classes: int = 80, seed: int = 0, many: bool = True
) -> Made:
    """Return a COCO data set and the predictions of a detector with masks.

    There are crowds, images without objects, without predictions and without both,
    scores that occur often, objects that lie on one another, boxes without area,
    and ground truth as polygons and as both kinds of RLE.

    Args:
        images: Number of images.
        classes: Number of classes; the last one has no object.
        seed: Of the random numbers.
        many: Have images with more predictions than count.
    """
    random = np.random.default_rng(seed)
    sizes = [
        dict(id=3 * n + 1, file_name=f'{n}.jpg', height=HEIGHT, width=WIDTH)
        for n in range(images)
    ]
    truth: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for n, image in enumerate(sizes):
        objects = [] if n % 7 == 3 else _objects(random, classes)
        for box, label, crowd in objects:
            shape = _mask(box)
            area = float(mask.area(shape)) if random.random() < 0.5 else box[2] * box[3]
            truth.append(
                dict(
                    id=len(truth) + 1,
                    image_id=image['id'],
                    category_id=label,
                    bbox=box,
                    area=area,
                    iscrowd=crowd,
                    segmentation=_stored(shape, box, crowd, len(truth)),
                )
            )
        if n % 11 == 5:
            continue
        for box, label, score in _found(
            random, objects, classes, many and n % CROWDED == 1
        ):
            shape = _mask(box)
            shape['counts'] = shape['counts'].decode()
            found.append(
                dict(
                    image_id=image['id'],
                    category_id=label,
                    bbox=box,
                    score=score,
                    segmentation=shape,
                )
            )
    names = [dict(id=_label(n), name=f'class {n}') for n in range(classes)]
    return dict(images=sizes, annotations=truth, categories=names), found


def _objects(
    random: np.random.Generator, classes: int
) -> list[tuple[list[float], int, int]]:
    """Return boxes, labels and whether they are crowds."""
    kinds = random.integers(0, classes - 1, 3)
    objects = []
    for _ in range(random.integers(1, 14)):
        label = _label(int(random.choice(kinds)))
        objects.append((_box(random), label, int(random.random() < 0.08)))
    return objects


def _found(
    random: np.random.Generator,
    objects: list[tuple[list[float], int, int]],
    classes: int,
    many: bool,
) -> list[tuple[list[float], int, float]]:
    """Return boxes, labels and scores: near the objects, anywhere, and twice."""
    found = []
    for box, label, _ in objects:
        for _ in range(random.integers(0, 4)):
            moved = random.normal(0, 0.12 * random.random(), 4)
            side = [box[2], box[3], box[2], box[3]]
            near = [
                max(0.0, b + m * s) for b, m, s in zip(box, moved, side, strict=True)
            ]
            found.append((near, label))
        if random.random() < 0.2:
            found.append((box, label))
    found += [
        (_box(random), _label(int(random.integers(classes))))
        for _ in range(random.integers(0, 20))
    ]
    if many:
        label = objects[0][1] if objects else _label(0)
        found += [(_box(random), label) for _ in range(1100)]
    if random.random() < 0.1:
        found.append(([10.0, 10.0, 0.0, 0.0], _label(0)))
    # As few scores as that: most occur more than once, also in one image.
    scores = random.integers(0, 400, len(found)) / 400
    return [(*one, float(s)) for one, s in zip(found, scores, strict=True)]


def _box(random: np.random.Generator) -> list[float]:
    side = [float(random.choice(SIDES)), float(random.choice(SIDES))]
    if random.random() < 0.5:
        side = [s + float(random.random()) for s in side]
    corner = random.random(2) * (WIDTH - side[0], HEIGHT - side[1])
    if random.random() < 0.5:
        corner = corner.round()
    return [*map(float, corner), *side]


def _polygon(box: list[float]) -> list[float]:
    """Return an octagon that fills a box."""
    x, y, w, h = box
    a, b = w / 4, h / 4
    points = (
        (x + a, y),
        (x + w - a, y),
        (x + w, y + b),
        (x + w, y + h - b),
        (x + w - a, y + h),
        (x + a, y + h),
        (x, y + h - b),
        (x, y + b),
    )
    return [value for point in points for value in point]


def _mask(box: list[float]) -> dict[str, Any]:
    return mask.frPyObjects([_polygon(box)], HEIGHT, WIDTH)[0]


def _stored(shape: dict[str, Any], box: list[float], crowd: int, number: int) -> Any:
    """Return a mask the way a file has it: RLEs for crowds and some others."""
    if crowd:
        flat = mask.decode(shape).ravel(order='F')
        changes = np.flatnonzero(np.diff(flat)) + 1
        runs = np.diff([0, *changes, flat.size]).tolist()
        return dict(size=[HEIGHT, WIDTH], counts=[0, *runs] if flat[0] else runs)
    if number % 3 == 0:
        return dict(size=shape['size'], counts=shape['counts'].decode())
    return [_polygon(box)]


def _label(number: int) -> int:
    """Return the id of a class: neither from 0 nor without gaps."""
    return 2 * number + 3

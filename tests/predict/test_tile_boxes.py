# SPDX-License-Identifier: Apache-2.0
"""Objects at the seams of tiles are found once, and whole."""

import numpy as np

from mmmetaformer.predict.grid import spans
from mmmetaformer.predict.masks import Mask, Masks
from mmmetaformer.predict.tile_boxes import Objects, join, moved

SIZE = (100, 160)


def seen(truth, rows, columns):
    """What a perfect detector finds in a tile."""
    low = [columns.start, rows.start] * 2
    high = [columns.end, rows.end] * 2
    boxes, scores = [], []
    for box, score in truth:
        clipped = np.clip(np.array(box, float), low, high) - low
        if (clipped[2:] - clipped[:2]).min() > 3:
            boxes.append(clipped)
            scores.append(score)
    size = (rows.end - rows.start, columns.end - columns.start)
    masks = []
    for x1, y1, x2, y2 in boxes:
        crop = np.ones((int(y2) - int(y1), int(x2) - int(x1)), bool)
        masks.append(Mask(int(y1), int(x1), crop))
    return Objects(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.zeros(len(boxes), np.int64),
        Masks(size, masks),
        np.zeros(len(boxes), bool),
    )


def found_in_tiles(truth, whole=False):
    tiles = [(r, c) for r in spans(SIZE[0], 64, 32) for c in spans(SIZE[1], 64, 32)]
    parts = [moved(seen(truth, *tile), *tile, SIZE) for tile in tiles]
    if whole:
        (rows,), (columns,) = spans(SIZE[0], 999, 0), spans(SIZE[1], 999, 0)
        parts.append(seen(truth, rows, columns))
    return join(parts)


def test_small_objects_are_found_once_and_whole():
    rng = np.random.default_rng(0)
    truth = []
    for y in range(2, 90, 25):
        for x in range(2, 150, 25):
            w, h = rng.integers(8, 20, 2)
            truth.append(([x, y, min(x + w, 159), min(y + h, 99)], rng.random()))
    found = found_in_tiles(truth)
    expected = np.array([box for box, _ in sorted(truth, key=lambda t: -t[1])])
    assert np.allclose(found.boxes, expected)
    dense = found.masks.dense()
    for mask, (x1, y1, x2, y2) in zip(dense, expected, strict=True):
        assert mask.sum() == mask[y1:y2, x1:x2].sum() == (y2 - y1) * (x2 - x1)


def test_an_object_larger_than_a_tile_is_that_of_the_whole_image():
    truth = [([5, 5, 155, 95], 0.9)]
    assert np.allclose(found_in_tiles(truth, whole=True).boxes, [[5, 5, 155, 95]])
    assert len(found_in_tiles(truth).boxes) > 1


def test_a_cut_object_that_nothing_else_has_stays():
    rows, columns = spans(64, 64, 0)[0], spans(128, 64, 0)[0]
    part = moved(seen([([40, 10, 90, 50], 0.8)], rows, columns), rows, columns, SIZE)
    assert part.cut.tolist() == [True]
    assert join([part]).boxes.tolist() == [[40, 10, 64, 50]]


def test_classes_do_not_suppress_each_other():
    rows, columns = spans(100, 999, 0)[0], spans(160, 999, 0)[0]
    part = seen([([10, 10, 40, 40], 0.9), ([10, 10, 40, 41], 0.8)], rows, columns)
    assert len(join([part]).boxes) == 1
    part.labels[1] = 2
    assert len(join([part]).boxes) == 2


def test_nothing_found():
    rows, columns = spans(100, 64, 8)[0], spans(160, 64, 8)[0]
    found = join([moved(seen([], rows, columns), rows, columns, SIZE)] * 2)
    assert found.boxes.shape == (0, 4)
    assert found.masks.dense().shape == (0, *SIZE)

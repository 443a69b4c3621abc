# SPDX-License-Identifier: Apache-2.0
import numpy as np
import torch

from mmmetaformer.export.objects import missing_objects

BOXES = [[0, 0, 10, 10], [0, 0, 10.01, 10], [5, 5, 30, 30], [7, 7, 7, 7]]


def found(order, **changes):
    arrays = dict(
        boxes=np.array(BOXES, np.float32)[order],
        scores=np.array([0.9, 0.8, 0.7, 0.6], np.float32)[order],
        labels=np.array([1, 1, 2, 3])[order],
    )
    return {**arrays, **changes}


def ours():
    return {
        name: torch.from_numpy(value) for name, value in found([0, 1, 2, 3]).items()
    }


def test_the_order_does_not_matter():
    assert missing_objects(ours(), found([3, 1, 2, 0])) == (0, 0)


def test_another_label_is_another_object():
    other = found([0, 1, 2, 3], labels=np.array([1, 1, 3, 3]))
    assert missing_objects(ours(), other)[0] == 0.25


def test_too_many_objects():
    assert missing_objects(ours(), found([0, 1, 2, 3, 2]))[0] > 0


def test_scores_are_compared():
    other = found([0, 1, 2, 3], scores=np.array([0.9, 0.8, 0.7, 0.5], np.float32))
    assert np.isclose(missing_objects(ours(), other)[1], 0.1)


def test_nothing_found():
    nothing = {name: np.zeros((0, 4) if name == 'boxes' else 0) for name in found([0])}
    assert missing_objects(ours(), nothing) == (1, 0)
    empty = {name: torch.from_numpy(value) for name, value in nothing.items()}
    assert missing_objects(empty, nothing) == (0, 0)


def test_boxes_without_an_area_are_the_same_if_their_corners_are():
    other = found([0, 1, 2, 3])
    other['boxes'][3] = [9, 9, 9, 9]
    assert missing_objects(ours(), other)[0] == 0.25

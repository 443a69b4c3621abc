# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
import torch
from torchvision.ops import box_iou

from mmmetaformer.boxes import iou, share_inside


def random_boxes(number, seed):
    corners = np.random.default_rng(seed).uniform(0, 50, (2, number, 2))
    return np.concatenate([corners.min(0), corners.max(0)], 1)


def test_iou_is_that_of_torchvision():
    ours, theirs = random_boxes(20, 0), random_boxes(30, 1)
    expected = box_iou(torch.from_numpy(ours), torch.from_numpy(theirs)).numpy()
    assert iou(ours[:, None], theirs) == pytest.approx(expected)
    assert iou(ours, theirs[:20]) == pytest.approx(expected.diagonal())
    assert iou(ours, theirs[0]) == pytest.approx(expected[:, 0])


def test_boxes_without_an_area_overlap_nothing():
    point, box = np.full((1, 4), 7.0), np.array([0.0, 0.0, 10.0, 10.0])
    for one in (point, point[:, [0, 1, 2, 3]] - [0, 0, 3, 0]):
        assert iou(one, one) == 0
        assert iou(one, box) == 0
        assert share_inside(one, box) == 0
    assert iou(point[:0, None], point).shape == (0, 1)


def test_the_share_of_a_box_that_is_in_a_region():
    boxes = np.array([[0.0, 0.0, 10.0, 10.0], [20.0, 20.0, 30.0, 30.0]])
    region = np.array([5.0, 0.0, 25.0, 100.0])
    assert share_inside(boxes, region).tolist() == [0.5, 0.5]
    assert share_inside(region, boxes[0]) == pytest.approx(50 / 2000)

# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest
import torch
from mmcv.ops import batched_nms, nms_match, soft_nms


def iou(a, b, offset=0):
    width = min(a[2], b[2]) - max(a[0], b[0]) + offset
    height = min(a[3], b[3]) - max(a[1], b[1]) + offset
    common = max(width, 0) * max(height, 0)
    first, second = ((c[2] - c[0] + offset) * (c[3] - c[1] + offset) for c in (a, b))
    return common / (first + second - common)


def random_boxes(count, seed=0):
    generator = torch.Generator().manual_seed(seed)
    boxes = torch.rand(count, 4, generator=generator, dtype=torch.float64) * 40
    boxes[:, 2:] += boxes[:, :2]
    return boxes, torch.rand(count, generator=generator, dtype=torch.float64)


def reference_soft_nms(boxes, scores, threshold, sigma, lowest, method, offset):
    """Compute soft NMS by its definition; the scores are all different."""
    scores, left = list(scores), set(range(len(boxes)))
    kept = []
    while left:
        top = max(left, key=lambda i: scores[i])
        left.remove(top)
        kept.append((top, scores[top]))
        for i in list(left):
            overlap = iou(boxes[top], boxes[i], offset)
            if method == 'gaussian':
                scores[i] *= math.exp(-(overlap**2) / sigma)
            elif overlap >= threshold:
                scores[i] *= 1 - overlap if method == 'linear' else 0
            if scores[i] < lowest:
                left.remove(i)
    return kept


@pytest.mark.parametrize('method', ['naive', 'linear', 'gaussian'])
@pytest.mark.parametrize('offset', [0, 1])
def test_follows_the_definition(method, offset):
    boxes, scores = random_boxes(50)
    options = (0.3, 0.5, 0.05, method, offset)
    dets, inds = soft_nms(boxes, scores, *options)
    expected = reference_soft_nms(boxes.tolist(), scores.tolist(), *options)
    assert inds.tolist() == [index for index, _ in expected]
    assert 0 < len(expected) < 50
    torch.testing.assert_close(dets[:, :4], boxes[inds])
    np.testing.assert_allclose(dets[:, 4], [s for _, s in expected], rtol=1e-12)


# Boxes far apart: 'a' to 'f'; equal letters are equal boxes. mmcv moves the first box
# to where the best was, and the last one to where one was dropped.
@pytest.mark.parametrize(
    ('places', 'scores', 'order'),
    [
        ('abcd', [0.5, 0.5, 0.5, 0.5], [0, 1, 2, 3]),
        ('abcd', [0.5, 0.5, 0.9, 0.5], [2, 1, 0, 3]),
        ('abcd', [0.5, 0.5, 0.5, 0.9], [3, 1, 2, 0]),
        ('aabacd', [0.5, 0.5, 0.5, 0.5, 0.5, 0.5], [0, 5, 2, 4]),
        ('abbbcd', [0.5, 0.9, 0.5, 0.5, 0.5, 0.5], [1, 0, 5, 4]),
        ('abacbd', [0.5, 0.5, 0.5, 0.5, 0.5, 0.9], [5, 1, 2, 3]),
    ],
)
def test_order_of_equal_scores(places, scores, order):
    corners = torch.tensor([20.0 * 'abcdef'.index(place) for place in places])
    boxes = corners[:, None] + torch.tensor([0.0, 0, 9, 9])
    _, inds = soft_nms(boxes, torch.tensor(scores), 0.3, method='naive', min_score=0.1)
    assert inds.tolist() == order


def mmcvs_loop(boxes, scores, threshold, lowest):
    """Return the order of linear soft NMS, box by box in place as mmcv's loop does."""
    rows = [[index, *box] for index, box in enumerate(boxes)]
    scores, first = list(scores), 0
    while first < len(rows):
        top = max(range(first, len(rows)), key=lambda i: (scores[i], -i))
        for items in (rows, scores):
            items[first], items[top] = items[top], items[first]
        place = first + 1
        while place < len(rows):
            overlap = iou(rows[first][1:], rows[place][1:])
            if overlap >= threshold:
                scores[place] *= 1 - overlap
            if scores[place] < lowest:
                for items in (rows, scores):
                    items[place] = items[-1]
                    items.pop()
            else:
                place += 1
        first += 1
    return [row[0] for row in rows]


@pytest.mark.parametrize('seed', range(20))
def test_order_of_many_equal_scores(seed):
    boxes, scores = random_boxes(40, seed)
    boxes[:, 2:] += 5
    scores = (scores * 4).ceil() / 4  # exact also in float32, as is the lowest
    _, inds = soft_nms(boxes, scores, 0.3, method='linear', min_score=0.25)
    assert inds.tolist() == mmcvs_loop(boxes.tolist(), scores.tolist(), 0.3, 0.25)
    assert len(inds) < 40


def test_boxes_without_area_have_no_overlap_and_are_kept():
    boxes = torch.tensor([[3.0, 1, 3, 1], [3.0, 1, 3, 1], [0.0, 0, 2, 2]])
    _, inds = soft_nms(boxes, torch.tensor([0.9, 0.8, 0.7]), 0.3, method='gaussian')
    assert sorted(inds.tolist()) == [0, 1, 2]


def test_example_of_mmcv_with_equal_scores():
    boxes = [[4, 3, 5, 3], [4, 3, 5, 4], *([[3, 1, 3, 1]] * 4)]
    scores = np.array([0.9, 0.9, 0.5, 0.5, 0.4, 0.0], dtype=np.float32)
    dets, inds = soft_nms(np.array(boxes, dtype=np.float32), scores, 0.6, sigma=0.5)
    assert isinstance(dets, np.ndarray)
    assert len(inds) == len(dets) == 5
    assert inds[:2].tolist() == [0, 1]


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    boxes, scores = (tensor.to(dtype) for tensor in random_boxes(30))
    dets, inds = soft_nms(boxes, scores, min_score=0.1)
    expected, order = soft_nms(boxes.double(), scores.double(), min_score=0.1)
    assert dets.dtype == dtype
    assert inds.tolist() == order.tolist()
    torch.testing.assert_close(dets, expected.to(dtype), rtol=0, atol=0)


def test_through_batched_nms_as_a_detector_calls_it():
    boxes, scores = random_boxes(40)
    classes = torch.arange(40) % 2
    cfg = {'type': 'soft_nms', 'iou_threshold': 0.5, 'method': 'gaussian'}
    dets, keep = batched_nms(boxes, scores, classes, cfg)
    expected = []
    for number in (0, 1):
        rows = torch.nonzero(classes == number)[:, 0]
        expected += soft_nms(boxes[rows], scores[rows], 0.5, method='gaussian')[0]
    expected = torch.stack(sorted(expected, key=lambda row: -row[4]))
    torch.testing.assert_close(dets, expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(dets[:, :4], boxes[keep])


def test_empty():
    dets, inds = soft_nms(torch.zeros(0, 4), torch.zeros(0))
    assert dets.shape == (0, 5)
    assert inds.shape == (0,)
    assert nms_match(torch.zeros(0, 5), 0.5) == []


@pytest.mark.parametrize('dtype', [torch.float64, torch.float32, torch.bfloat16])
def test_nms_match_follows_the_definition(dtype):
    boxes, scores = random_boxes(40)
    dets = torch.cat([boxes, scores[:, None]], 1).to(dtype)
    rows = dets.double().tolist()
    left = sorted(range(40), key=lambda i: -rows[i][4])
    expected = []
    while left:
        first, *rest = left
        group = [i for i in rest if iou(rows[first], rows[i]) >= 0.4]
        expected.append([first, *group])
        left = [i for i in rest if i not in group]
    groups = nms_match(dets, 0.4)
    assert [group.tolist() for group in groups] == expected
    assert 1 < len(groups) < 40
    assert all(group.dtype == torch.int64 for group in groups)


def test_nms_match_takes_an_iou_equal_to_the_threshold():
    dets = np.array([[0, 0, 4, 1, 0.9], [1, 0, 5, 1, 0.8]], dtype=np.float32)
    assert [group.tolist() for group in nms_match(dets, 0.6)] == [[0, 1]]
    assert [group.tolist() for group in nms_match(dets, 0.61)] == [[0], [1]]

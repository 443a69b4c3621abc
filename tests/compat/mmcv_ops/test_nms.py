# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
import torch
from mmcv.ops import batched_nms, nms


def reference_nms(boxes, scores, threshold, offset):
    """Compute greedy NMS by its definition, box by box."""
    kept = []
    for i in np.argsort(-scores, kind='stable'):
        for j in kept:
            left, top = np.maximum(boxes[i, :2], boxes[j, :2])
            right, bottom = np.minimum(boxes[i, 2:], boxes[j, 2:])
            inter = max(0.0, right - left + offset) * max(0.0, bottom - top + offset)
            areas = [np.prod(boxes[k, 2:] - boxes[k, :2] + offset) for k in (i, j)]
            if inter > threshold * (sum(areas) - inter):
                break
        else:
            kept.append(int(i))
    return kept


def random_boxes(count, seed):
    generator = torch.Generator().manual_seed(seed)
    corners = torch.rand(count, 2, generator=generator, dtype=torch.float64) * 30
    sizes = torch.rand(count, 2, generator=generator, dtype=torch.float64) * 20
    scores = torch.rand(count, generator=generator, dtype=torch.float64)
    return torch.cat([corners, corners + sizes], 1), scores


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize('offset', [0, 1])
@pytest.mark.parametrize('threshold', [0.0, 0.3, 0.7])
def test_nms_follows_the_definition(dtype, offset, threshold):
    for seed in range(3):
        boxes, scores = (t.to(dtype) for t in random_boxes(80, seed))
        dets, keep = nms(boxes, scores, threshold, offset=offset)
        expected = reference_nms(
            boxes.double().numpy(), scores.double().numpy(), threshold, offset
        )
        assert keep.dtype == torch.int64
        assert keep.tolist() == expected
        assert 0 < len(expected) < 80
        assert torch.equal(dets, torch.cat([boxes, scores[:, None]], 1)[keep])


def test_offset_changes_the_iou():
    # The IoU is 1/3 with offset 0, and 6/12 = 1/2 if x2 and y2 are pixels inside.
    boxes = torch.tensor([[0.0, 0, 2, 2], [1.0, 0, 3, 2]])
    scores = torch.tensor([0.9, 0.8])
    assert nms(boxes, scores, 0.4, offset=0)[1].tolist() == [0, 1]
    assert nms(boxes, scores, 0.4, offset=1)[1].tolist() == [0]


def test_iou_equal_to_the_threshold_is_kept():
    # The IoU is 3/5; as float32 it is larger than the double 0.6.
    boxes = torch.tensor([[0.0, 0, 4, 1], [1.0, 0, 5, 1]])
    scores = torch.tensor([0.9, 0.8])
    assert nms(boxes, scores, 0.6)[1].tolist() == [0, 1]
    assert nms(boxes.double(), scores.double(), 0.6)[1].tolist() == [0, 1]


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    # Integers and eighths are exact in half precision: the result equals float64's.
    boxes, scores = random_boxes(60, 0)
    boxes, scores = boxes.round(), (scores * 8).round() / 8
    dets, keep = nms(boxes.to(dtype), scores.to(dtype), 0.4)
    assert dets.dtype == dtype
    assert keep.tolist() == reference_nms(boxes.numpy(), scores.numpy(), 0.4, 0)


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize('offset', [0, 1])
def test_empty(dtype, offset):
    boxes, scores = torch.zeros(0, 4, dtype=dtype), torch.zeros(0, dtype=dtype)
    dets, keep = nms(boxes, scores, 0.5, offset=offset)
    assert dets.shape == (0, 5)
    assert keep.shape == (0,)
    assert keep.dtype == torch.int64


def test_score_threshold_max_num_and_numpy():
    boxes, scores = random_boxes(80, 1)
    array, score_array = boxes.numpy(), scores.numpy()
    valid = np.flatnonzero(score_array > 0.4)
    expected = valid[reference_nms(array[valid], score_array[valid], 0.5, 0)][:7]
    dets, keep = nms(array, score_array, 0.5, score_threshold=0.4, max_num=7)
    assert isinstance(keep, np.ndarray)
    assert keep.tolist() == expected.tolist()
    assert dets.shape == (7, 5)


@pytest.mark.parametrize('split_thr', [10000, 10])
def test_batched_nms_suppresses_within_a_class_only(split_thr):
    boxes, scores = random_boxes(90, 2)
    classes = torch.arange(90) % 3
    expected = []
    for c in range(3):
        rows = (classes == c).nonzero().squeeze(1)
        kept = reference_nms(boxes[rows].numpy(), scores[rows].numpy(), 0.3, 0)
        expected += rows[kept].tolist()
    expected.sort(key=lambda i: -scores[i])
    cfg = {'type': 'nms', 'iou_threshold': 0.3, 'split_thr': split_thr}
    dets, keep = batched_nms(boxes, scores, classes, cfg)
    assert keep.tolist() == expected
    assert torch.equal(dets, torch.cat([boxes, scores[:, None]], 1)[keep])


def test_batched_nms_over_all_classes():
    boxes, scores = random_boxes(90, 2)
    cfg = {'type': 'nms', 'iou_threshold': 0.3, 'class_agnostic': True}
    keep = batched_nms(boxes, scores, torch.arange(90) % 3, cfg)[1]
    assert keep.tolist() == reference_nms(boxes.numpy(), scores.numpy(), 0.3, 0)

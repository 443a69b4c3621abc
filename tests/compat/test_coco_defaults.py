# SPDX-License-Identifier: Apache-2.0
import json

import numpy as np
import pytest
import torch
from mmdet.datasets import CocoDataset
from mmdet.evaluation import CocoMetric
from pycocotools import mask
from pycocotools.coco import COCO

from mmmetaformer.compat import coco_defaults

TRIANGLE = [[10, 10, 50, 10, 10, 50]]  # half of its box


@pytest.fixture
def file(tmp_path):
    """An image of two cats and a dog, without `iscrowd` and `area`."""
    boxes = [[10, 10, 40, 40], [60, 10, 20, 30], [10, 60, 40, 20]]
    shapes = [TRIANGLE, None, [[10, 60, 50, 60, 50, 80, 10, 80]]]
    annotations = [
        dict(id=i + 1, image_id=5, category_id=3 + i % 2, bbox=box, segmentation=shape)
        for i, (box, shape) in enumerate(zip(boxes, shapes, strict=True))
    ]
    content = dict(
        images=[dict(id=5, file_name='5.jpg', height=100, width=100)],
        annotations=annotations,
        categories=[dict(id=3, name='cat'), dict(id=4, name='dog')],
    )
    path = tmp_path / 'boxes.json'
    path.write_text(json.dumps(content))
    return path


def test_training_takes_all_boxes(file):
    data = CocoDataset(
        ann_file=str(file),
        data_prefix=dict(img=''),
        metainfo=dict(classes=('cat', 'dog')),
        pipeline=[],
    )
    instances = data.get_data_info(0)['instances']
    assert [one['bbox_label'] for one in instances] == [0, 1, 0]
    assert [one['ignore_flag'] for one in instances] == [0, 0, 0]


def test_evaluation_of_the_truth_is_perfect(file):
    metric = CocoMetric(ann_file=str(file), metric='bbox')
    metric.dataset_meta = dict(classes=('cat', 'dog'))
    boxes = torch.tensor(
        [[10.0, 10, 50, 50], [60, 10, 80, 40], [10, 60, 50, 80]], dtype=torch.float
    )
    found = dict(bboxes=boxes, scores=torch.ones(3), labels=torch.tensor([0, 1, 0]))
    sample = dict(img_id=5, ori_shape=(100, 100), pred_instances=found)
    metric.process({}, [sample])
    assert metric.evaluate(size=1)['coco/bbox_mAP'] == 1.0


def test_the_area_is_that_of_the_mask_or_else_of_the_box(file):
    areas = [one['area'] for one in COCO(str(file)).anns.values()]
    assert areas[0] == pytest.approx(800, rel=0.05)
    assert areas[1:] == [600, 800]


@pytest.mark.parametrize('compressed', [True, False])
def test_the_area_of_an_rle(file, compressed):
    pixels = np.zeros((100, 100), np.uint8, order='F')
    pixels[10:20, 10:25] = 1
    shape = mask.encode(pixels)
    shape['counts'] = shape['counts'].decode()
    if not compressed:
        shape = dict(size=[100, 100], counts=[1010, *[10, 90] * 14, 10, 7580])
    assert area_with(file, segmentation=shape) == 150


@pytest.mark.parametrize(
    'shape',
    [[], {}, None, [[]], [[1, 2, 3, 4]], [1, 2, 3, 4, 5, 6], [[0, 0, 9, 0, 9, np.nan]]],
)
def test_what_is_no_mask_leaves_the_box(file, shape):
    assert area_with(file, segmentation=shape) == 1600


def test_what_the_file_has_stays(file):
    assert area_with(file, area=7.5, iscrowd=1) == 7.5
    assert COCO(str(file)).anns[1]['iscrowd'] == 1
    assert area_with(file, area=None, iscrowd=None, segmentation=None) == 1600
    assert COCO(str(file)).anns[1]['iscrowd'] == 0


def test_captions_are_left_alone(tmp_path):
    caption = dict(id=1, image_id=1, caption='a cat')
    path = tmp_path / 'captions.json'
    path.write_text(json.dumps(dict(images=[dict(id=1)], annotations=[caption])))
    assert COCO(str(path)).anns[1] == caption


def test_installed_once():
    before = COCO.createIndex
    coco_defaults.install()
    assert COCO.createIndex is before


def area_with(file, **keys):
    """Return the area of the first annotation with these keys."""
    content = json.loads(file.read_text())
    content['annotations'][0].update(keys)
    file.write_text(json.dumps(content))
    return COCO(str(file)).anns[1]['area']

# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.checks.config.head_classes import check_classes
from mmmetaformer.errors import ConfigError

CASCADE = dict(roi_head=dict(bbox_head=[dict(num_classes=80), dict(num_classes=3)]))


def test_stock_classes_of_the_data_set():
    coco = dict(type='CocoDataset')
    check_classes(coco, dict(roi_head=dict(bbox_head=dict(num_classes=80))), 'mmdet')
    with pytest.raises(ConfigError) as error:
        check_classes(coco, CASCADE, 'mmdet')
    message = str(error.value)
    assert 'model.roi_head.bbox_head[1].num_classes is 3' in message
    assert 'CocoDataset has 80 classes (person, bicycle' in message


def test_classes_of_the_config():
    two = dict(type='ADE20KDataset', metainfo=dict(classes=('wall', 'floor')))
    check_classes(two, dict(decode_head=dict(num_classes=2)), 'mmseg')
    with pytest.raises(ConfigError, match=r'is 150, .* 2 classes \(wall, floor\)'):
        check_classes(two, dict(decode_head=dict(num_classes=150)), 'mmseg')


def test_classes_in_a_file(tmp_path):
    path = tmp_path / 'classes.txt'
    path.write_text('cat\ndog\n')
    dataset = dict(type='CocoDataset', metainfo=dict(classes=str(path)))
    wrapped = dict(type='RepeatDataset', dataset=dataset)
    with pytest.raises(ConfigError, match=r'2 classes \(cat, dog\)'):
        check_classes(wrapped, CASCADE, 'mmdet')


def test_other_heads_may_count_otherwise():
    model = dict(
        rpn_head=dict(num_classes=1),
        roi_head=dict(
            bbox_head=dict(num_classes=80, loss_cls=dict(num_classes=1)),
            semantic_head=dict(num_classes=183),
        ),
    )
    check_classes(dict(type='CocoDataset'), model, 'mmdet')
    check_classes(dict(type='CocoPanopticDataset'), model, 'mmdet')


def test_a_string_that_is_no_file():
    dataset = dict(type='CocoDataset', metainfo=dict(classes='cat'))
    with pytest.raises(ConfigError, match=r"write a single class as \('cat',\)"):
        check_classes(dataset, CASCADE, 'mmdet')

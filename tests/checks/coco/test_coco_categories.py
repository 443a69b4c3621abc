# SPDX-License-Identifier: Apache-2.0
import json

import pytest
from mmdet.datasets import CocoDataset

from mmmetaformer.checks.coco.categories import check_categories
from mmmetaformer.errors import ConfigError


@pytest.fixture
def dataset(tmp_path):
    """A config with these classes for a file that has dog, cat and bird."""
    categories = [dict(id=i, name=n) for i, n in ((7, 'dog'), (3, 'cat'), (9, 'bird'))]
    image = dict(id=0, file_name='0.jpg', height=60, width=80)
    box = dict(id=1, image_id=0, category_id=3, bbox=[5, 5, 40, 40], area=1600)
    box.update(iscrowd=0, segmentation=[[5, 5, 45, 5, 45, 45, 5, 45]])
    content = dict(images=[image], annotations=[box], categories=categories)
    (tmp_path / 'boxes.json').write_text(json.dumps(content))

    def config(*classes):
        return dict(
            data_root=str(tmp_path),
            ann_file='boxes.json',
            data_prefix=dict(img=''),
            metainfo=dict(classes=classes),
            pipeline=[],
        )

    return config


def label_of_the_cat(config):
    return CocoDataset(**config).get_data_info(0)['instances'][0]['bbox_label']


def test_the_order_of_the_file(dataset):
    for classes in (('dog', 'cat', 'bird'), ('cat', 'bird'), ('cat',)):
        config = dataset(*classes)
        check_categories(config)
        assert label_of_the_cat(config) == classes.index('cat')


def test_another_order_is_refused(dataset):
    config = dataset('cat', 'dog')
    assert label_of_the_cat(config) == 1  # mmdet would call it a dog
    with pytest.raises(ConfigError, match="'dog' 'cat'"):
        check_categories(dict(type='RepeatDataset', dataset=config))


def test_an_absent_name(dataset):
    with pytest.raises(ConfigError, match=r"no category 'dogs'. Did you mean 'dog'"):
        check_categories(dataset('dogs', 'cat'))


def test_other_data_sets_are_left_alone(tmp_path):
    check_categories(dict(data_root=str(tmp_path), metainfo=dict(classes=('cat',))))

# SPDX-License-Identifier: Apache-2.0
import json

import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.predict.coco_results import CocoIds


@pytest.fixture
def ids(tmp_path):
    def make(*names):
        images = [dict(id=i, file_name=name) for i, name in enumerate(names, 10)]
        content = dict(images=images, categories=[dict(id=3, name='cat')])
        (tmp_path / 'a.json').write_text(json.dumps(content))
        return CocoIds(('cat',), str(tmp_path / 'a.json'))

    return make


def test_without_a_file_they_are_counted():
    assert CocoIds(('cat',)).image('x/1.jpg', 4) == 4


def test_one_name_in_several_folders(ids):
    both = ids('a/1.jpg', 'b/1.jpg')
    assert both.image('photos/a/1.jpg', 1) == 10
    assert both.image('photos/b/1.jpg', 2) == 11
    with pytest.raises(ConfigError, match=r'c/1\.jpg is not among the images'):
        both.image('photos/c/1.jpg', 3)


def test_a_name_that_is_there_twice(ids):
    with pytest.raises(ConfigError, match='may be several'):
        ids('1.jpg', 'a/1.jpg').image('photos/a/1.jpg', 1)


def test_a_file_without_images_counts_none(ids):
    with pytest.raises(ConfigError, match='is not among'):
        ids().image('1.jpg', 1)


def test_a_folder_of_its_own_may_be_missing(ids):
    assert ids('val/1.jpg').image('elsewhere/1.jpg', 1) == 10

# SPDX-License-Identifier: Apache-2.0
import json

import pytest
from mmengine.config import Config

from mmmetaformer.checks.run import check_run
from mmmetaformer.errors import ConfigError


@pytest.fixture
def cfg(tmp_path):
    """A small config whose every part passes; its test data does not exist."""
    (tmp_path / 'images').mkdir()
    box = dict(id=1, image_id=1, category_id=1, bbox=[0, 0, 9, 9], area=81, iscrowd=0)
    content = dict(
        images=[dict(id=1, file_name='a.jpg', width=9, height=9)],
        annotations=[box],
        categories=[dict(id=1, name='cat'), dict(id=2, name='dog')],
    )
    (tmp_path / 'val.json').write_text(json.dumps(content))

    def loader(folder):
        dataset = dict(type='CocoDataset', data_root=str(folder))
        dataset['metainfo'] = dict(classes=('cat', 'dog'))
        return dict(dataset=dict(type='RepeatDataset', dataset=dataset, times=2))

    return Config(
        dict(
            default_scope='mmdet',
            model=dict(
                type='SingleStageDetector',
                backbone=dict(
                    type='mmmetaformer.MetaFormer',
                    arch=dict(depths=(1, 1, 1, 1), dims=(8, 8, 8, 8)),
                    token_mixers=('identity',) * 4,
                ),
                bbox_head=dict(in_channels=8, num_classes=2),
            ),
            train_dataloader=loader(tmp_path),
            val_dataloader=loader(tmp_path),
            val_evaluator=dict(type='CocoMetric', ann_file=str(tmp_path / 'val.json')),
            test_dataloader=loader(tmp_path / 'absent'),
        )
    )


def test_only_the_splits_of_the_run_are_checked(cfg):
    check_run(cfg, splits=('train', 'val'))
    with pytest.raises(ConfigError, match='absent does not exist'):
        check_run(cfg, splits=('train', 'test'))
    cfg.test_dataloader = None
    check_run(cfg, splits=('train', 'test'))


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'model.bbox_head.in_channels': 7}, 'bbox_head.in_channels is 7'),
        ({'model.backbone.type': 'MetaFormer'}, "mean 'mmmetaformer.MetaFormer'"),
        ({'train_dataloader.batch_size': 0}, 'whole number from 1 up'),
        ({'model.bbox_head.num_classes': 80}, 'num_classes is 80.*has 2 classes'),
        ({'val_evaluator.ann_file': 'none.json'}, 'none.json does not exist'),
    ],
)
def test_each_check_is_made(cfg, change, message):
    cfg.merge_from_dict(change)
    with pytest.raises(ConfigError, match=message):
        check_run(cfg, splits=('train', 'val'))


def test_classes_that_the_data_set_knows_by_its_type(cfg):
    cfg.train_dataloader.dataset.dataset.pop('metainfo')
    with pytest.raises(ConfigError, match='CocoDataset has 80 classes'):
        check_run(cfg, splits=('train',))

# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.model_settings import check_model_settings
from mmmetaformer.errors import ConfigError

RCNN = dict(score_thr=0.05, nms=dict(type='nms', iou_threshold=0.5), max_per_img=100)


def config(scope='mmdet', **settings):
    return Config(dict(default_scope=scope, model=settings))


def two_stages(rcnn=RCNN, **more):
    test_cfg = dict(rpn=dict(nms_pre=1000), rcnn=rcnn, **more)
    return config(roi_head=dict(type='StandardRoIHead'), test_cfg=test_cfg)


@pytest.mark.parametrize(
    'cfg',
    [
        two_stages(),
        two_stages(rcnn=dict(RCNN, mask_thr_binary=0.5)),
        config(test_cfg=RCNN),
        config(test_cfg=dict(topk=10, local_maximum_kernel=3)),
        config('mmseg', train_cfg=dict(), test_cfg=dict(mode='whole')),
        config(train_cfg=dict(assigner=dict(type='MyAssigner', mine=1))),
        config(test_cfg=None),
    ],
)
def test_what_the_host_reads(cfg):
    check_model_settings(cfg)


@pytest.mark.parametrize(
    ('cfg', 'message'),
    [
        (
            two_stages(rcnn=dict(score_thresh=0.1)),
            'test_cfg.rcnn.score_thresh. Did you',
        ),
        (two_stages(rccn=dict(RCNN)), "model.test_cfg.rccn. Did you mean 'rcnn'"),
        (two_stages(score_thr=0.1), 'belongs to .*model.test_cfg.rcnn.score_thr'),
        (config(test_cfg=dict(max_per_image_=3)), 'nothing reads model.test_cfg.max_'),
        (
            config(head=[dict(train_cfg=[dict(pos_wieght=1)])]),
            'model.head.0.train_cfg.0.pos_wieght',
        ),
    ],
)
def test_keys_that_nothing_reads(cfg, message):
    with pytest.raises(ConfigError, match=message):
        check_model_settings(cfg)

# SPDX-License-Identifier: Apache-2.0
"""Detectors whose method no exported file has."""

import pytest
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from torch import nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.export import make_network

TINY = dict(depths=(1,) * 4, dims=(32,) * 4)


@pytest.fixture(scope='module')
def retinanet(root):
    model = Config.fromfile(root / 'configs/retinanet_poolformer.py').model
    model.backbone.update(arch=TINY, init_cfg=None)
    model.neck.update(in_channels=[32] * 3, out_channels=32)
    model.bbox_head.update(in_channels=32, feat_channels=32, stacked_convs=1)
    with DefaultScope.overwrite_default_scope('mmdet'):
        return MODELS.build(model)


def test_soft_nms_is_one_line(retinanet, monkeypatch):
    assert isinstance(make_network(retinanet).network, nn.Module)
    nms = dict(type='soft_nms', iou_threshold=0.5)
    monkeypatch.setitem(retinanet.test_cfg, 'nms', nms)
    with pytest.raises(ConfigError) as refused:
        make_network(retinanet)
    said = str(refused.value)
    assert '\n' not in said
    assert said.startswith('RetinaNet with these heads cannot be exported as a whole')
    assert said.endswith('--backbone')

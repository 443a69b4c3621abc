# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.run.resume import use_resume


@pytest.fixture
def cfg(tmp_path):
    backbone = dict(type='ResNet', init_cfg=dict(type='Pretrained', checkpoint='x'))
    return Config(dict(model=dict(backbone=backbone), work_dir=str(tmp_path)))


def test_a_named_checkpoint_replaces_pretrained_weights(cfg):
    use_resume(cfg, 'here.pth')
    assert cfg.resume
    assert cfg.load_from == 'here.pth'
    assert cfg.model.backbone == dict(type='ResNet')


def test_the_last_checkpoint_of_the_work_dir(cfg, tmp_path):
    (tmp_path / 'last_checkpoint').write_text('epoch_3.pth\n')
    use_resume(cfg, 'auto')
    assert cfg.load_from == 'epoch_3.pth'


def test_an_empty_work_dir_starts_from_pretrained_weights(cfg):
    use_resume(cfg, 'auto')
    assert cfg.load_from is None
    assert 'init_cfg' in cfg.model.backbone


def test_a_model_without_a_backbone(cfg):
    cfg.model = dict(type='Wrapper')
    use_resume(cfg, 'here.pth')
    assert cfg.model == dict(type='Wrapper')

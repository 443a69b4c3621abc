# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.errors import ConfigError
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
    (tmp_path / 'epoch_3.pth').touch()
    (tmp_path / 'last_checkpoint').write_text(f'{tmp_path}/epoch_3.pth\n')
    use_resume(cfg, 'auto')
    assert cfg.load_from == f'{tmp_path}/epoch_3.pth'


def test_the_last_checkpoint_may_be_elsewhere(cfg, tmp_path):
    (tmp_path / 'last_checkpoint').write_text('s3://bucket/epoch_3.pth')
    use_resume(cfg, 'auto')
    assert cfg.load_from == 's3://bucket/epoch_3.pth'


def test_an_empty_work_dir_starts_as_without_the_option(cfg, tmp_path, capsys):
    cfg.load_from = 'weights.pth'
    use_resume(cfg, 'auto')
    assert not cfg.resume
    assert cfg.load_from == 'weights.pth'
    assert 'init_cfg' in cfg.model.backbone
    said = capsys.readouterr().err
    assert said.startswith(f'warning: --resume found no checkpoint in {tmp_path}: ')
    assert said.count('\n') == 1


def test_the_best_checkpoint_alone_is_none(cfg, tmp_path):
    (tmp_path / 'best_mIoU_iter_8.pth').touch()
    (tmp_path / 'backbone.pth').touch()
    use_resume(cfg, 'auto')
    assert not cfg.resume


@pytest.mark.parametrize(
    ('pointer', 'what'),
    [
        (None, 'there is no such file'),
        (b'', 'it is empty'),
        (b' \n', 'it is empty'),
        (b'gone/iter_3.pth', 'it names gone/iter_3.pth, which does not exist'),
        (b'\xff\x00\xfe', 'it names .*, which does not exist'),
        (b'x' * 5000, 'it names x'),
    ],
)
def test_checkpoints_without_a_pointer(cfg, tmp_path, pointer, what):
    for name in ('iter_10.pth', 'iter_9.pth', 'best_mIoU_iter_99.pth'):
        (tmp_path / name).touch()
    if pointer is not None:
        (tmp_path / 'last_checkpoint').write_bytes(pointer)
    with pytest.raises(ConfigError, match=what) as error:
        use_resume(cfg, 'auto')
    assert str(error.value).endswith(f'--resume {tmp_path}/iter_10.pth')


def test_a_pointer_to_nothing(cfg, tmp_path):
    (tmp_path / 'last_checkpoint').write_text('gone/iter_3.pth')
    with pytest.raises(ConfigError, match='has no checkpoint. Name one'):
        use_resume(cfg, 'auto')


def test_a_folder(cfg, tmp_path):
    (tmp_path / 'epoch_2.pth').touch()
    with pytest.raises(ConfigError, match=r'that is a folder.*--resume .*epoch_2.pth'):
        use_resume(cfg, str(tmp_path))


def test_a_model_without_a_backbone(cfg):
    cfg.model = dict(type='Wrapper')
    use_resume(cfg, 'here.pth')
    assert cfg.model == dict(type='Wrapper')

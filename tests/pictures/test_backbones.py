# SPDX-License-Identifier: Apache-2.0
"""What words of the command line stand for."""

import pytest
import torch
from tiny_runs import TINY_MODELS

from mmmetaformer.errors import ConfigError
from mmmetaformer.pictures.backbones import build_backbone
from mmmetaformer.run.config import load_config


@pytest.fixture
def config(root, tmp_path):
    text = TINY_MODELS['upernet'].format(root=root, family='poolformerv2')
    (tmp_path / 'tiny.py').write_text(text)
    return str(tmp_path / 'tiny.py')


def build(word, seed=0):
    return build_backbone(word, load_config, seed)


def test_names():
    found = build('convformer_s18')
    assert (found.name, found.weights) == ('ConvFormer-S18', 'random weights')
    assert not found.module.training


@pytest.mark.parametrize(
    ('word', 'fault'),
    [
        ('convformer_s12', "ConvFormer has no size 's12', but s18, s36"),
        ('conformer_s18', 'there is no config file conformer_s18'),
        ('convformer_s18=nowhere.pth', 'nowhere.pth does not exist'),
        ('convformer_s18=sail:caformer_s18', 'CAFormer'),
    ],
)
def test_faults(word, fault):
    with pytest.raises(ConfigError, match=fault):
        build(word)


def test_a_config_and_the_checkpoint_of_its_run(config, tmp_path):
    first = build(config, seed=1)
    assert first.weights == 'random weights'
    state = {f'backbone.{k}': v for k, v in first.module.state_dict().items()}
    state['decode_head.conv_seg.weight'] = torch.zeros(2)
    torch.save(dict(state_dict=state, meta={}), tmp_path / 'iter_8.pth')
    again = build(f'{config}={tmp_path / "iter_8.pth"}', seed=2)
    assert again.weights == 'iter_8.pth'
    for key, value in first.module.state_dict().items():
        assert torch.equal(value, again.module.state_dict()[key]), key


def test_a_config_by_its_name():
    assert build('upernet_poolformerv2_s24=random').name == 'PoolFormerV2-S24'


def test_a_file_is_read_once(config, tmp_path, monkeypatch):
    state = build('convformer_s18').module.state_dict()
    wrapped = {f'backbone.{key}': value for key, value in state.items()}
    torch.save(dict(state_dict=wrapped), tmp_path / 'a.pth')
    reads = []
    monkeypatch.setattr(
        'mmmetaformer.weights.files.read_checkpoint',
        lambda path: reads.append(path) or torch.load(path, weights_only=True),
    )
    build(f'convformer_s18={tmp_path / "a.pth"}', seed=3)
    assert len(reads) == 1


def test_a_backbone_of_the_host(root):
    found = build(f'{root}/configs/upernet_resnet_50.py=random')
    assert found.name == 'ResNet-50'
    assert len(found.module(torch.zeros(1, 3, 64, 64))) == 4

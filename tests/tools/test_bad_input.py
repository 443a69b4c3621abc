# SPDX-License-Identifier: Apache-2.0
"""Each mistake stops a tool before training, with a message and status 2."""

import runpy
import sys

import pytest
import torch

from mmmetaformer.models import CAFormer

SEGMENTOR = 'configs/upernet_convformer.py'
DETECTOR = 'configs/mask_rcnn_convformer.py'


@pytest.fixture
def call(root, monkeypatch, capsys, tmp_path):
    """Run a tool in this process; return its status and what it printed."""

    def run(name, *arguments, cwd=root):
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, 'argv', [name, *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            runpy.run_path(str(root / 'tools' / name), run_name='__main__')
        said = capsys.readouterr()
        assert 'Traceback' not in said.err
        return stop.value.code, said.err

    return run


@pytest.mark.parametrize(
    ('config', 'layout'),
    [(SEGMENTOR, 'annotations/training/*.png'), (DETECTOR, 'train2017/*.jpg')],
)
def test_data_absent(call, root, tmp_path, config, layout):
    status, said = call('train.py', root / config, cwd=tmp_path)
    assert status == 2
    assert 'does not exist' in said
    assert layout in said
    assert '--sample-data' in said


def test_config_absent(call):
    status, said = call('train.py', 'configs/upernet_conformer.py')
    assert status == 2
    assert 'no config file configs/upernet_conformer.py' in said
    assert 'configs/upernet_convformer.py' in said


def test_config_without_model(call):
    status, said = call('train.py', 'configs/_base_/schedules/coco_1x.py')
    assert status == 2
    assert 'has no `model`' in said


def test_option_without_value(call):
    status, said = call('train.py', SEGMENTOR, '--cfg-options', 'train_cfg.max_iters')
    assert status == 2
    assert "takes KEY=VALUE, got 'train_cfg.max_iters'" in said


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (['model.backbone.type=mmmetaformer.ConvFomer'], ['ConvFomer', 'ConvFormer']),
        (['model.backbone.arch=s12'], ["'s12'", 's18', 'b36']),
        (['model.backbone.type=ConvFormer'], ["'mmmetaformer.ConvFormer'"]),
        (
            ['model.backbone.in_channels=0'],
            ['in_channels', 'positive', 'got 0'],
        ),
        (['model.backbone.norm_cfg=BN'], ["'norm_cfg'", 'out_norm', 'with_cp']),
        (['model.backbone.out_indices=[0,1,2,4]'], ['out_indices', '[0, 1, 2, 4]']),
        (['model.backbone.out_indices=[1,0,2,3]'], ['out_indices', 'ascending']),
        (
            ['model.decode_head.in_channels=[96,192,384,768]'],
            ['[96, 192, 384, 768]', '[64, 128, 320, 512]'],
        ),
        (
            ['model.decode_head.num_classes=21'],
            ['decode_head.num_classes is 21', '6 cl'],
        ),
        (
            ['model.backbone.type=mmmetaformer.MetaFormer'],
            ["'token_mixers'"],
        ),
    ],
    ids=lambda v: v[0] if isinstance(v, list) else None,
)
def test_config_that_cannot_work(call, sample, tmp_path, options, words):
    status, said = call(
        'train.py',
        SEGMENTOR,
        '--sample-data',
        sample,
        '--work-dir',
        tmp_path / 'work',
        '--cfg-options',
        *options,
    )
    assert status == 2
    assert [word for word in words if word not in said] == []
    assert not (tmp_path / 'work').exists()


def test_unknown_mixer(call, root, tmp_path, sample):
    config = tmp_path / 'mixer.py'
    config.write_text(
        f"_base_ = '{root}/configs/upernet_convformer.py'\n"
        "model = dict(backbone=dict(_delete_=True, type='mmmetaformer.MetaFormer',\n"
        '    arch=dict(depths=(1, 1, 1, 1), dims=(64, 128, 320, 512)),\n'
        "    token_mixers=('fourier',) * 4))\n"
    )
    status, said = call('train.py', config, '--sample-data', sample)
    assert status == 2
    assert "unknown token mixer 'fourier'" in said
    assert 'attention, identity, pooling' in said


def test_neck_that_does_not_fit(call, sample):
    status, said = call(
        'train.py',
        DETECTOR,
        '--sample-data',
        sample,
        '--cfg-options',
        'model.neck.in_channels=[64,128,256,512]',
    )
    assert status == 2
    assert '[64, 128, 256, 512]' in said
    assert '[64, 128, 320, 512]' in said


@pytest.mark.parametrize('tool_name', ['train.py', 'test.py'])
def test_checkpoint_that_is_none(call, sample, tmp_path, tool_name):
    page = tmp_path / 'page.pth'
    page.write_text('<html>404</html>')
    arguments = [page] if tool_name == 'test.py' else ['--resume', page]
    status, said = call(
        tool_name,
        SEGMENTOR,
        *arguments,
        '--sample-data',
        sample,
        '--work-dir',
        tmp_path,
    )
    assert status == 2
    assert f'{page} is not a checkpoint' in said


def test_checkpoint_of_another_model(call, sample, tmp_path):
    path = tmp_path / 'other.pth'
    torch.save({'state_dict': {'conv1.weight': torch.zeros(1)}}, path)
    status, said = call(
        'test.py', SEGMENTOR, path, '--sample-data', sample, '--work-dir', tmp_path
    )
    assert status == 2
    assert "not a checkpoint of this config's model" in said
    assert 'conv1.weight' in said


def test_pretrained_weights_of_another_family(call, sample, tmp_path):
    weights = tmp_path / 'weights.pth'
    torch.save(CAFormer('s18').state_dict(), weights)
    status, said = call(
        'train.py',
        SEGMENTOR,
        '--sample-data',
        sample,
        '--work-dir',
        tmp_path / 'work',
        '--cfg-options',
        'model.backbone.init_cfg.type=Pretrained',
        f'model.backbone.init_cfg.checkpoint={weights}',
    )
    assert status == 2
    assert f'{weights} does not fit ConvFormer' in said
    assert 'likely cause: family CAFormer in the file, ConvFormer in the model' in said


def test_sample_data_for_another_data_set(call, tmp_path):
    config = tmp_path / 'other.py'
    dataset = "train_dataloader = dict(dataset=dict(type='LVISV1Dataset'))"
    config.write_text(f'model = dict()\n{dataset}\n')
    status, said = call('train.py', config, '--sample-data', tmp_path / 'sample')
    assert status == 2
    assert 'LVISV1Dataset' in said


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (['convformer_s19'], "ConvFormer has no size 's19', but s18, s36"),
        (['family_s18'], 'no backbone, activation or config family_s18'),
        (['gelu', '--size', '16'], "from 32 pixels up, not '16'"),
        (['gelu', '--size', '64x64x3'], "not '64x64x3'"),
        (['gelu', '--rounds', '0'], "takes a number from 1 up, got '0'"),
        (['gelu', '--plot', 'a.txt'], "is a .png or a .svg, not 'a.txt'"),
        (['gelu', '--csv', '/nowhere/a.csv'], '/nowhere/a.csv cannot be written'),
        (['gelu', '--parts'], "configs that are not compiled, got 'gelu'"),
        (['a.py:compile', '--parts'], "not compiled, got 'a.py:compile'"),
        (['gelu', '--device', 'cuda'], 'torch finds no CUDA GPU'),
        (['configs/upernet_conformer.py'], 'no config file'),
    ],
)
def test_benchmark(call, monkeypatch, arguments, words):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    status, said = call('benchmark.py', *arguments)
    assert status == 2
    assert words in said

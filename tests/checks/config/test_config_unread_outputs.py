# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.unread_outputs import check_outputs
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.config import load_config


def config(scope='mmseg', backbone=None, **rest):
    own = dict(type='mmmetaformer.CAFormer', arch='s18') | (backbone or {})
    return Config(dict(default_scope=scope, model=dict(backbone=own, **rest)))


def head(*index, kind='FCNHead'):
    return dict(type=kind, in_index=list(index))


FPN = dict(type='FPN', start_level=1)

SOUND = [
    config(decode_head=head(0, 1, 2, 3)),
    config(decode_head=head(1, 3), auxiliary_head=[head(0), head(-2)]),
    config(decode_head=dict(type='FCNHead'), backbone=dict(out_indices=3)),
    config(decode_head=dict(type='Mask2FormerHead')),
    config(decode_head=head(1), backbone=dict(type='ResNet')),
    config('mmdet', neck=dict(type='FPN')),
    config('mmdet', neck=FPN, backbone=dict(out_norm=None)),
    config('mmdet', panoptic_head=dict(type='Mask2FormerHead')),
]


@pytest.mark.parametrize('cfg', SOUND)
def test_every_output_is_read(cfg, capsys):
    check_outputs(cfg, 8)
    check_outputs(cfg, 1)
    assert capsys.readouterr().err == ''


@pytest.mark.parametrize(
    ('cfg', 'message'),
    [
        (config('mmdet', neck=FPN), r'output 0 of .*out_indices=\(1, 2, 3\), and in_c'),
        (config('mmdet', neck=[FPN]), 'output 0 of'),
        (config('mmdet', neck=dict(type='FPN', end_level=2)), 'output 3 of'),
        (config(decode_head=dict(type='FCNHead')), r'output 0, 1, 2 of .*=\(3,\)'),
        (
            config(decode_head=head(0), backbone=dict(out_norm=None)),
            'output 1, 2, 3 of',
        ),
        (
            config(decode_head=head(1), backbone=dict(out_indices=(2, 3))),
            r'output 0 of .*out_indices=\(3,\)',
        ),
    ],
)
def test_outputs_that_nothing_reads(cfg, message, capsys):
    with pytest.raises(ConfigError, match=f'{message}.*DDP stops in the second step'):
        check_outputs(cfg, 2)
    check_outputs(cfg, 1)
    assert 'not trained' in capsys.readouterr().err
    cfg.find_unused_parameters = True
    check_outputs(cfg, 2)


def test_own_configs(root, capsys):
    files = sorted((root / 'configs').glob('*.py'))
    assert files
    for file in files:
        check_outputs(load_config(str(file)), 8)
    assert capsys.readouterr().err == ''

# SPDX-License-Identifier: Apache-2.0
import importlib.util
import json

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from tiny_runs import TINY_MODELS

from mmmetaformer.commands import run_command
from mmmetaformer.export import open_session
from mmmetaformer.run.sample_run import use_sample_data

NEEDS = "needs pip install 'mmmetaformer[export]'"
installed = all(map(importlib.util.find_spec, ('onnx', 'onnxscript', 'onnxruntime')))

# RetinaNet, Faster and Mask R-CNN with heads of a few thousand parameters.
TINY_DETECTOR = """
_base_ = '{root}/configs/{config}.py'
model = dict(
    backbone=dict(
        arch=dict(depths=(1,) * 4, dims=(32,) * 4, _delete_=True), init_cfg=None
    ),
    neck=dict(in_channels=[32] * {maps}, out_channels=32),
    {heads}
)
"""
RETINA = 'bbox_head=dict(in_channels=32, feat_channels=32, stacked_convs=1),'
BOXES = """rpn_head=dict(in_channels=32, feat_channels=32),
    roi_head=dict(
        bbox_roi_extractor=dict(out_channels=32),
        bbox_head=dict(in_channels=32, fc_out_channels=64),
        {masks}
    ),"""
MASKS = """mask_roi_extractor=dict(out_channels=32),
        mask_head=dict(in_channels=32, conv_out_channels=32),"""
DETECTORS = {
    'retinanet_poolformer': RETINA,
    'faster_rcnn_caformer': BOXES.format(masks=''),
    'mask_rcnn_convformer': BOXES.format(masks=MASKS),
}

SEMANTIC_FPN = """
_base_ = '{root}/configs/semantic_fpn_poolformer.py'
model = dict(
    backbone=dict(
        arch=dict(depths=(1,) * 4, dims=(32,) * 4, _delete_=True), init_cfg=None
    ),
    neck=dict(in_channels=[32] * 4, out_channels=32),
    decode_head=dict(in_channels=[32] * 4, channels=32),
)
"""


def refused(capsys, *words):
    with pytest.raises(SystemExit) as stop:
        run_command('export', words)
    assert stop.value.code == 2
    return capsys.readouterr().err


def written(text, tmp_path, sample=None):
    """Write a config and a checkpoint of its model, whose scores are all different.

    With the folder of the sample data, the model has its classes.
    """
    config, checkpoint = tmp_path / 'tiny.py', tmp_path / 'tiny.pth'
    config.write_text(text)
    cfg = Config.fromfile(config)
    if sample is not None:
        use_sample_data(cfg, str(sample))
    init_default_scope(cfg.default_scope)
    model = MODELS.build(cfg.model)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad and parameter.dim() <= 1:
            parameter.data += 0.05 * torch.randn_like(parameter)
        elif 'head' in name:
            scale = 0.5 / parameter[0].numel() ** 0.5
            parameter.data = scale * torch.randn_like(parameter)
    torch.save(dict(state_dict=model.state_dict(), meta={}), checkpoint)
    return str(config), str(checkpoint)


def test_a_missing_package_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(
        importlib.util, 'find_spec', lambda name: None if 'onnx' in name else name
    )
    said = refused(capsys, 'configs/upernet_convformer.py', 'no.pth', '--to', 'onnx')
    assert "pip install 'mmmetaformer[export]'" in said
    assert said.count('\n') == 1


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['--to', 'pt2', '--size', '32'], '--size takes one or two sizes from 64'),
        (['--to', 'pt2', '--int8'], '--int8 quantizes an ONNX file'),
        (['--to', 'pt2', '--backbone', '--int8'], 'without --backbone'),
        (['--to', 'pt2'], 'no.pth'),
    ],
)
def test_mistakes(root, capsys, words, message):
    config = str(root / 'configs/upernet_convformer.py')
    assert message in refused(capsys, config, 'no.pth', *words)


@pytest.mark.slow
def test_cascade_says_what_can_be_exported(root, tmp_path, capsys):
    config = str(root / 'configs/cascade_rcnn_convformer_3x.py')
    cfg = Config.fromfile(config)
    cfg.model.backbone.init_cfg = None
    init_default_scope('mmdet')
    weights = MODELS.build(cfg.model).state_dict()
    torch.save(dict(state_dict=weights, meta={}), tmp_path / 'c.pth')
    said = refused(capsys, config, str(tmp_path / 'c.pth'), '--to', 'pt2')
    assert 'CascadeRCNN' in said
    assert '--backbone' in said


@pytest.mark.slow
@pytest.mark.skipif(not installed, reason=NEEDS)
@pytest.mark.parametrize(
    'family',
    [
        *('convformer', 'caformer', 'identityformer'),
        *('randformer', 'poolformer', 'poolformerv2'),
    ],
)
def test_upernet(root, tmp_path, monkeypatch, family):
    monkeypatch.chdir(tmp_path)
    text = TINY_MODELS['upernet'].format(root=root, family=family)
    words = ['--to', 'onnx', '--size', '128', '--benchmark']
    run_command('export', [*written(text, tmp_path), *words])
    session = open_session('tiny.onnx')
    assert len(session.facts['classes']) == len(session.facts['palette']) == 150
    assert session.facts['resize'] == dict(scale=[2048, 512], keep_ratio=True)


@pytest.mark.slow
@pytest.mark.skipif(not installed, reason=NEEDS)
def test_semantic_fpn(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ['--to', 'onnx', '--size', '128']
    run_command('export', [*written(SEMANTIC_FPN.format(root=root), tmp_path), *words])
    facts = open_session('tiny.onnx').facts
    assert facts['kind'] == 'segmentor'
    assert len(facts['classes']) == 150


@pytest.mark.slow
@pytest.mark.skipif(not installed, reason=NEEDS)
def test_int8(root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = TINY_MODELS['upernet'].format(root=root, family='convformer')
    files = written(text, tmp_path, tmp_path / 'sample')
    words = ['--to', 'onnx', '--size', '128', '--sample-data', str(tmp_path / 'sample')]
    run_command('export', [*files, *words, '--int8', '--images', '4'])
    said = capsys.readouterr().out
    _, _, printed = said.partition('tested on the first 4 images of the test data:\n')
    table = [line.split() for line in printed.splitlines()]
    assert table[0] == ['metric', 'float32', 'int8', 'change']
    assert {'aAcc', 'mIoU', 'mAcc'} <= {row[0] for row in table if len(row) == 4}
    size = {file.name: file.stat().st_size for file in tmp_path.glob('*.onnx')}
    assert set(size) == {'tiny.onnx', 'tiny.int8.onnx'}
    assert size['tiny.int8.onnx'] < size['tiny.onnx']
    assert open_session('tiny.int8.onnx').facts == open_session('tiny.onnx').facts


@pytest.mark.slow
@pytest.mark.skipif(not installed, reason=NEEDS)
@pytest.mark.parametrize('config', DETECTORS)
def test_detectors(root, tmp_path, monkeypatch, config):
    monkeypatch.chdir(tmp_path)
    text = TINY_DETECTOR.format(
        root=root,
        config=config,
        heads=DETECTORS[config],
        maps=3 if 'retinanet' in config else 4,
    )
    words = ['--to', 'onnx', '--size', '256']
    run_command('export', [*written(text, tmp_path), *words])
    facts = open_session('tiny.onnx').facts
    assert facts['output_names'][:3] == ['boxes', 'scores', 'labels']
    assert json.dumps(facts['score_threshold']) == '0.05'


@pytest.mark.slow
def test_pt2(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = TINY_MODELS['upernet'].format(root=root, family='randformer')
    words = ['--to', 'pt2', '--size', '128']
    run_command('export', [*written(text, tmp_path), *words])
    assert open_session('tiny.pt2').facts['kind'] == 'segmentor'


def test_checkpoint_that_is_not_there(tmp_path, root, capsys):
    config = str(root / 'configs/upernet_convformer.py')
    said = refused(capsys, config, f'{tmp_path}/last', '--to', 'pt2')
    assert f'{tmp_path} has no checkpoints of a training run' in said
    said = refused(capsys, config, f'{tmp_path}/a.pth', '--to', 'pt2')
    assert f'there is no {tmp_path}/a.pth. Expected a checkpoint' in said

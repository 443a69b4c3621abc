# SPDX-License-Identifier: Apache-2.0
"""tools/weights.py as a user runs it, and what the host's tools do with its files."""

import runpy
import sys

import cv2
import numpy as np
import pytest
import torch
from conftest import SHORT
from mmengine.registry import DefaultScope
from safetensors.torch import load_file

from mmmetaformer.models import CAFormer
from mmmetaformer.weights.catalogue import CATALOGUE
from mmmetaformer.weights.layouts import find_layout


@pytest.fixture
def weights(root, monkeypatch, capsys):
    """Run the tool in this process; gives back what it printed."""

    def run(*arguments, status=0):
        monkeypatch.setattr(sys, 'argv', ['weights.py', *map(str, arguments)])
        script = str(root / 'tools/weights.py')
        if status:
            with pytest.raises(SystemExit) as stop:
                runpy.run_path(script, run_name='__main__')
            assert stop.value.code == status
        else:
            runpy.run_path(script, run_name='__main__')
        said = capsys.readouterr()
        return said.err if status else said.out

    return run


def test_list(weights):
    assert len(weights('list').splitlines()) == len(CATALOGUE)
    lines = weights('list', 'caformer_b36').splitlines()
    assert len(lines) == 10
    assert lines[0].split()[:3] == ['sail:caformer_b36', 'CAFormer', 'b36']
    assert 'no published checkpoint' in weights('list', 'resnet', status=2)


def test_show(weights):
    said = weights('show', 'sail:convformer_m36_384_in21ft1k')
    for word in (
        '/sail/dl/resolve/main/convformer/convformer_m36_384_in21ft1k.pth',
        "dict(type='mmmetaformer.ConvFormer', arch='m36')",
        '384 px',
        'Apache-2.0',
        'sha256      unknown',
    ):
        assert word in said


def test_inspect_and_convert(weights, tmp_path):
    state = {f'module.{k}': v for k, v in CAFormer('s18').state_dict().items()}
    source, target = tmp_path / 'ours.pth', tmp_path / 'timm.safetensors'
    torch.save({'state_dict': state}, source)
    said = weights('inspect', source)
    for line in (
        'wrapper     state_dict',
        'prefix      module.',
        'layout      sail',
        'family      CAFormer',
        'depths      3, 3, 9, 3',
        'mixers      sep_conv, sep_conv, attention, attention',
    ):
        assert line in said
    said = weights('convert', source, target, '--to', 'timm')
    assert 'sail -> timm' in said
    assert 'left out, timm has no such: out_norms.0.weight' in said
    assert find_layout(load_file(target)) == 'timm'
    assert 'exists' in weights('convert', source, target, '--to', 'timm', status=2)
    said = weights(
        'convert', source, tmp_path / 'a.pth', '--to', 'poolformer', status=2
    )
    assert 'has no place for' in said
    said = weights('convert', source, tmp_path / 'a.pth', '--to', 'tim', status=2)
    assert "unknown layout 'tim'. Did you mean 'timm'?" in said


def test_download_of_what_there_is_not(weights):
    said = weights('download', 'sail:caformer_s19', status=2)
    assert "Did you mean 'sail:caformer_s18'" in said


@pytest.mark.parametrize('method', ['upernet', 'mask_rcnn'])
def test_from_training_to_the_inferencers(
    method, tool, weights, tiny_config, sample, tmp_path
):
    config = tiny_config(tmp_path, method, 'convformer')
    work_dir = tmp_path / 'work'
    common = ('--sample-data', sample, '--work-dir', work_dir, '--cfg-options')
    done = tool('train.py', config, *common, *SHORT[method])
    assert done.returncode == 0, done.stderr[-3000:]
    checkpoint = (work_dir / 'last_checkpoint').read_text()

    image = tmp_path / 'image.png'
    cv2.imwrite(str(image), np.random.default_rng(0).integers(0, 256, (96, 96, 3)))
    results = []
    said = tool('test.py', config, checkpoint, *common, *SHORT[method]).stdout
    metric = said.splitlines()[-1].split('data_time')[0].split('INFO - ')[1]
    for name in ('model.safetensors', 'model.pth'):
        file = tmp_path / name
        assert 'SHA-256' in weights('publish', checkpoint, file)
        assert file.stat().st_size < 0.6 * (tmp_path / checkpoint).stat().st_size
        done = tool('test.py', config, file, *common, *SHORT[method])
        assert metric in done.stdout, done.stderr[-3000:]
        results.append(infer(method, file, image))
    assert np.array_equal(*results)


def infer(method, file, image):
    """Have the host's own inferencer find the config in the file and use it."""
    try:
        if method == 'upernet':
            from mmseg.apis import MMSegInferencer

            inferencer = MMSegInferencer(None, weights=str(file), device='cpu')
            assert inferencer.model.dataset_meta['classes'][0] == 'wall'
            return inferencer(str(image))['predictions']
        from mmdet.apis import DetInferencer

        inferencer = DetInferencer(None, weights=str(file), device='cpu')
        assert inferencer.visualizer.dataset_meta['classes'][0] == 'ball'
        return inferencer(str(image))['predictions'][0]['scores']
    finally:
        DefaultScope._instance_dict.clear()

# SPDX-License-Identifier: Apache-2.0
"""Run tools/weights.py, and use its files with the tools of mmdet and mmseg."""

import runpy
import sys

import cv2
import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from safetensors.torch import load_file
from tiny_runs import SHORT

from mmmetaformer.models import CAFormer
from mmmetaformer.weights.catalogue import CATALOGUE
from mmmetaformer.weights.layouts import find_layout


@pytest.fixture
def weights(root, monkeypatch, capsys):
    """Run the tool in this process and return what it prints."""

    def run(*arguments, status=0):
        monkeypatch.setattr(sys, 'argv', ['weights.py', *map(str, arguments)])
        script = str(root / 'tools/weights.py')
        if status:
            with pytest.raises(SystemExit) as stop:
                runpy.run_path(script, run_name='__main__')
            assert stop.value.code == status
        else:
            runpy.run_path(script, run_name='__main__')
        output = capsys.readouterr()
        return output.err if status else output.out

    return run


def test_list(weights):
    assert len(weights('list').splitlines()) == len(CATALOGUE)
    lines = weights('list', 'caformer_b36').splitlines()
    assert len(lines) == 10
    assert lines[0].endswith('1000 classes  Apache-2.0')
    assert weights('list', 'surgenet').count('CC-BY-NC-SA-4.0') == 7
    assert lines[0].split()[:3] == ['sail:caformer_b36', 'CAFormer', 'b36']
    assert 'no published checkpoint' in weights('list', 'resnet', status=2)


def test_show(weights):
    output = weights('show', 'sail:convformer_m36_384_in21ft1k')
    for word in (
        '/sail/dl/resolve/main/convformer/convformer_m36_384_in21ft1k.pth',
        "dict(type='mmmetaformer.ConvFormer', arch='m36')",
        '384 px',
        'license     Apache-2.0',
    ):
        assert word in output


def test_show_the_backbone_and_license_of_surgenet(weights):
    output = weights('show', 'surgenet:caformer_s18_xl')
    for word in (
        'SurgeNetXL_checkpoint_epoch0050_teacher.pth',
        "dict(type='mmmetaformer.MetaFormer', arch=dict(depths=(3, 3, 9, 3), ",
        "dict(type='sep_conv', act='relu'), 'attention', 'attention'), act='relu')",
        'input size  not published',
        'license     CC-BY-NC-SA-4.0',
    ):
        assert word in output


def test_inspect_and_convert(weights, tmp_path):
    state = {f'module.{k}': v for k, v in CAFormer('s18').state_dict().items()}
    source, target = tmp_path / 'ours.pth', tmp_path / 'timm.safetensors'
    torch.save({'state_dict': state}, source)
    output = weights('inspect', source)
    for line in (
        'wrapper     state_dict',
        'prefix      module.',
        'layout      sail',
        'family      CAFormer',
        'depths      3, 3, 9, 3',
        'mixers      sep_conv, sep_conv, attention, attention',
    ):
        assert line in output
    output = weights('convert', source, target, '--to', 'timm')
    assert 'sail -> timm' in output
    assert 'left out, not in layout timm: out_norms.0.weight' in output
    assert find_layout(load_file(target)) == 'timm'
    assert 'exists' in weights('convert', source, target, '--to', 'timm', status=2)
    output = weights(
        'convert', source, tmp_path / 'a.pth', '--to', 'poolformer', status=2
    )
    assert 'has no place for' in output
    output = weights('convert', source, tmp_path / 'a.pth', '--to', 'tim', status=2)
    assert "unknown layout 'tim'. Did you mean 'timm'?" in output


def test_download_of_an_unknown_name(weights):
    output = weights('download', 'sail:caformer_s19', status=2)
    assert "Did you mean 'sail:caformer_s18'" in output


@pytest.mark.slow
@pytest.mark.parametrize('method', ['upernet', 'mask_rcnn'])
def test_published_files_work_in_tests_and_inferencers(
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
    output = tool('test.py', config, checkpoint, *common, *SHORT[method]).stdout
    metric = output.splitlines()[-1]  # the last row of the table
    for name in ('model.safetensors', 'model.pth'):
        file = tmp_path / name
        assert 'SHA-256' in weights('publish', checkpoint, file)
        assert file.stat().st_size < 0.6 * (tmp_path / checkpoint).stat().st_size
        done = tool('test.py', config, file, *common, *SHORT[method])
        assert metric in done.stdout, done.stderr[-3000:]
        results.append(infer(method, str(next(work_dir.glob('*.py'))), file, image))
    assert np.array_equal(*results)


def infer(method, config, file, image):
    """Predict with an inferencer."""
    try:
        if method == 'upernet':
            from mmseg.apis import MMSegInferencer

            inferencer = MMSegInferencer(config, weights=str(file), device='cpu')
            assert inferencer.model.dataset_meta['classes'][0] == 'wall'
            return inferencer(str(image))['predictions']
        from mmdet.apis import DetInferencer

        inferencer = DetInferencer(config, weights=str(file), device='cpu')
        assert inferencer.visualizer.dataset_meta['classes'][0] == 'ball'
        return inferencer(str(image))['predictions'][0]['scores']
    finally:
        DefaultScope._instance_dict.clear()

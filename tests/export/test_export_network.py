# SPDX-License-Identifier: Apache-2.0
"""A network of all token mixers, exported once for all tests of this file."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.model import ImgDataPreprocessor
from torch import nn

from mmmetaformer.export import export_network, make_network, open_session
from mmmetaformer.export.agreement import (
    TOLERANCE,
    DisagreementError,
    check_agreement,
    picture,
)
from mmmetaformer.models.backbones import MetaFormer

pytest.importorskip('onnx', reason="needs pip install 'mmmetaformer[export]'")
pytest.importorskip('onnxscript', reason="needs pip install 'mmmetaformer[export]'")
pytest.importorskip('onnxruntime', reason="needs pip install 'mmmetaformer[export]'")

SIZE = (96, 128)

# What a user's process needs: numpy and onnxruntime.
WITHOUT_TORCH = """
import json, sys
import numpy as np, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])
facts = json.loads(session.get_modelmeta().custom_metadata_map['mmmetaformer'])
assert facts['classes'] == ['cat', 'dog'] and facts['opset'] == 18, facts
image = np.load(sys.argv[2])
np.savez(sys.argv[3], *session.run(None, {'image': image}))
assert 'torch' not in sys.modules
"""


class TinyModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.data_preprocessor = ImgDataPreprocessor(
            mean=[120, 110, 100], std=[58, 57, 56], bgr_to_rgb=True
        )
        self.backbone = MetaFormer(
            arch=dict(depths=(1, 1, 1, 1), dims=(32, 32, 32, 32)),
            token_mixers=(
                'pooling',
                'sep_conv',
                'attention',
                dict(type='random_mixing', grid=(3, 2)),
            ),
            norm='gn',
        )
        for parameter in self.backbone.parameters():
            if parameter.requires_grad and parameter.dim() == 1:
                nn.init.normal_(parameter, mean=0.8, std=0.2)


@pytest.fixture(scope='module')
def exported(tmp_path_factory):
    torch.manual_seed(0)
    export = make_network(TinyModel(), backbone=True)
    path = tmp_path_factory.mktemp('export') / 'tiny.onnx'
    results = export_network(export, path, 'onnx', SIZE, dict(classes=['cat', 'dog']))
    return SimpleNamespace(export=export, path=path, results=results)


def test_agrees_at_three_sizes(exported):
    sizes = [result.size for result in exported.results]
    assert sizes == [(1, 96, 128), (1, 61, 97), (2, 72, 192)]
    assert all(0 < result.relative < TOLERANCE / 5 for result in exported.results)


def test_agrees_at_sizes_that_nobody_checked(exported):
    session = open_session(exported.path)
    check_agreement(exported.export, session, [(3, 67, 65), (1, 201, 90)])


def test_nothing_unchecked_is_left(exported):
    assert [path.name for path in exported.path.parent.iterdir()] == ['tiny.onnx']


def test_another_network_is_refused(exported):
    model = TinyModel()
    nn.init.normal_(model.backbone.stages[0][0].mlp.fc2.weight)
    other = make_network(model, backbone=True)
    with pytest.raises(DisagreementError, match='is off at 96x128'):
        check_agreement(other, open_session(exported.path), [(1, 96, 128)])


def test_a_process_without_torch(exported, tmp_path):
    image = picture((1, 70, 110))
    np.save(tmp_path / 'image.npy', image.numpy())
    words = [exported.path, tmp_path / 'image.npy', tmp_path / 'maps.npz']
    subprocess.run([sys.executable, '-c', WITHOUT_TORCH, *words], check=True)
    maps = np.load(tmp_path / 'maps.npz').values()
    with torch.no_grad():
        expected = exported.export.reference(image)
    for ours, theirs in zip(expected.values(), maps, strict=True):
        assert np.abs(ours.numpy() - theirs).max() < 1e-3 * np.abs(theirs).max()


def test_pooling_of_the_traced_size_is_caught(tmp_path, monkeypatch):
    """What torch exports of adaptive pooling is wrong at other sizes."""
    export = make_network(TinyModel(), backbone=True)
    (mixing,) = (m for m in export.network.modules() if hasattr(m, 'pool'))
    monkeypatch.setattr(mixing, 'pool', nn.AvgPool2d(1, 2))
    mixing.pool.output_size = (2, 2)
    mixing.random_matrix = nn.Parameter(torch.rand(4, 4), requires_grad=False)
    with pytest.raises(DisagreementError):
        check_agreement(export, SimpleNamespace(run=_eagerly(export)), [(1, 96, 128)])


def _eagerly(export):
    def run(image, threshold):
        with torch.no_grad():
            outputs = export.network(torch.from_numpy(image))
        return {n: o.numpy() for n, o in zip(export.outputs, outputs, strict=True)}

    return run

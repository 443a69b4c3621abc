# SPDX-License-Identifier: Apache-2.0
"""The examples of docs/other_hosts.md, run as the page prints them."""

import re
import sys
from dataclasses import make_dataclass
from importlib.util import find_spec
from types import ModuleType

import pytest
import torch
from torch import nn

from mmmetaformer import models

TINY = {'depths': (1, 1, 1, 1), 'dims': (32, 32, 64, 64)}


@pytest.fixture
def example(root, monkeypatch):
    """Run the code under a heading, with a small backbone, and return its names."""
    sizes = {**models.CAFormer.arch_settings, 's18': TINY}
    monkeypatch.setattr(models.CAFormer, 'arch_settings', sizes)
    page = (root / 'docs/other_hosts.md').read_text()

    def run(heading):
        section = page.partition(f'\n## {heading}\n')[2].partition('\n## ')[0]
        (code,) = re.findall(r'^```python\n(.*?)^```$', section, re.M | re.S)
        names = {'__name__': 'example'}
        exec(code, names)
        return names

    return run


def all_trained(body):
    """Return whether the backward pass reached every parameter."""
    return all(weight.grad is not None for weight in body.parameters())


def test_torchvision(example):
    pytest.importorskip('torchvision')
    names = example('torchvision')
    model = names['model']
    box = {'boxes': torch.tensor([[8.0, 8, 40, 40]]), 'labels': torch.tensor([3])}
    model.transform.min_size, model.transform.max_size = (64,), 64
    losses = model([torch.rand(3, 64, 64)], [box])
    sum(losses.values()).backward()
    assert all_trained(names['body'])
    (result,) = model.eval()([torch.rand(3, 64, 64)])
    assert set(result) == {'boxes', 'labels', 'scores'}


def test_segmentation_models_pytorch(example):
    smp = pytest.importorskip('segmentation_models_pytorch')
    names = example('segmentation_models.pytorch')
    out = names['model'](torch.rand(2, 3, 64, 96))
    assert out.shape == (2, 21, 64, 96)
    out.mean().backward()
    # Unet has no use for the image and the empty map.
    assert all_trained(names['body'])
    for kind in (smp.FPN, smp.UPerNet):
        model = kind('caformer_s18', encoder_weights=None, classes=4)
        assert model.eval()(torch.rand(1, 3, 64, 64)).shape == (1, 4, 64, 64)


def test_transformers(example):
    pytest.importorskip('transformers')
    names = example('transformers')
    labels = torch.zeros(2, 64, 64, dtype=torch.long)
    out = names['model'](torch.rand(2, 3, 64, 64), labels=labels)
    assert out.logits.shape == (2, 150, 64, 64)
    out.loss.backward()
    assert all_trained(names['body'])


@pytest.fixture
def detectron2(monkeypatch):
    """Stand in for the two names of detectron2 that the example imports.

    After `detectron2/modeling/backbone/backbone.py` and `detectron2/layers`. If it is
    installed, the example runs with its own.
    """
    if find_spec('detectron2'):
        return

    fields = ('channels', 'height', 'width', 'stride')

    class Backbone(nn.Module):
        size_divisibility = 0

    layers, modeling = ModuleType('detectron2.layers'), ModuleType('modeling')
    layers.ShapeSpec = make_dataclass('ShapeSpec', [(f, int, None) for f in fields])
    modeling.Backbone = Backbone
    monkeypatch.setitem(sys.modules, 'detectron2', ModuleType('detectron2'))
    monkeypatch.setitem(sys.modules, 'detectron2.layers', layers)
    monkeypatch.setitem(sys.modules, 'detectron2.modeling', modeling)


def test_detectron2(example, detectron2):
    """What FPN reads of its `bottom_up`: shapes by name, and maps that have them."""
    backbone = example('detectron2')['backbone']
    image = torch.rand(1, 3, 64, 96)
    maps, shapes = backbone(image), backbone.output_shape()
    assert list(maps) == list(shapes) == ['res2', 'res3', 'res4', 'res5']
    for name, shape in shapes.items():
        height, width = 64 // shape.stride, 96 // shape.stride
        assert maps[name].shape == (1, shape.channels, height, width)
    assert [shape.stride for shape in shapes.values()] == [4, 8, 16, 32]
    assert image.shape[2] % backbone.size_divisibility == 0


@pytest.mark.parametrize('heading', ['torchvision', 'detectron2'])
def test_loading_weights(root, tmp_path, example, detectron2, heading):
    """With a file of weights in place of the published name."""
    page = (root / 'docs/other_hosts.md').read_text()
    code = re.search(r'^```python\n(.*?)^```$', page, re.M | re.S)[1]
    published = 'sail:caformer_s18_in21ft1k'
    assert published in code
    body = example(heading)['body']
    path = tmp_path / 'weights.pth'
    torch.save(models.CAFormer('s18', out_norm=None).state_dict(), path)
    exec(code.replace(published, str(path)), {'body': body})
    assert body.loaded.audit.fits

# SPDX-License-Identifier: Apache-2.0
import sys

import pytest
import torch

from mmmetaformer import models
from mmmetaformer.benchmark import Setting, build
from mmmetaformer.benchmark.subjects import REFERENCES
from mmmetaformer.benchmark.workload import tensors_in
from mmmetaformer.errors import ConfigError
from mmmetaformer.models.layers import Recomputing
from mmmetaformer.run.config import load_config

SMALL = Setting(size=(64, 64))


def subject(name, setting=SMALL):
    return build(name, setting, load_config)


def shapes(workload):
    return [tuple(t.shape[-2:]) for t in tensors_in(workload.forward())]


def test_ours_and_its_twin():
    ours = subject('convformer_s18')
    assert isinstance(ours.module, models.ConvFormer)
    assert ours.module.stages[0][0].recompute
    twin = subject('timm/convformer_s18')
    count = [sum(p.numel() for p in w.module.parameters()) for w in (ours, twin)]
    assert count[0] == count[1]
    assert shapes(ours) == shapes(twin) == [(16, 16), (8, 8), (4, 4), (2, 2)]
    assert torch.equal(ours.image, twin.image)


@pytest.mark.parametrize('name', REFERENCES)
def test_references(name):
    # ResNet's stem is a map too.
    assert len(shapes(subject(name, Setting((96, 64))))) == 4 + (name == 'resnet_50')


def test_options():
    plain = subject('poolformerv2_s12:plain').module
    chains = [m for m in plain.modules() if isinstance(m, Recomputing)]
    assert len(chains) == 4 + 2 * 12
    assert not any(m.recompute for m in chains)
    compiled = subject('poolformerv2_s12:plain:compile')
    assert compiled.module._compiled_call_impl is not None


@pytest.mark.parametrize('name', ['star_relu', 'gelu', 'timm/star_relu'])
def test_activations(name):
    workload = subject(name)
    assert workload.image.shape == (1, 256, 16, 16)
    workload.train_step()


@pytest.mark.parametrize(
    ('name', 'said'),
    [
        ('convformer_s19', "'convformer_s19' is no backbone of this project"),
        ('convformer', "'convformer' is no backbone of this project"),
        ('family_s18', "'family_s18' is no backbone of this project"),
        ('timm/convformer_s19', 'timm/convformer_s19: '),
        ('convformer_s18:fast', 'the options are `:plain` and `:compile`'),
        ('swin_t:plain', '`:plain` needs a backbone of this project'),
    ],
)
def test_what_is_not_there(name, said):
    with pytest.raises(ConfigError, match=said):
        subject(name)


class Absent:
    """Finds no timm."""

    def find_spec(self, name, path=None, target=None):
        if name == 'timm':
            raise ImportError(name)


def test_without_timm(monkeypatch):
    monkeypatch.delitem(sys.modules, 'timm', raising=False)
    monkeypatch.setattr(sys, 'meta_path', [Absent(), *sys.meta_path])
    with pytest.raises(ConfigError, match='pip install timm'):
        subject('swin_t')

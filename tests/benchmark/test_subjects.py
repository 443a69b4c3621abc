# SPDX-License-Identifier: Apache-2.0
import sys

import pytest
import torch

from mmmetaformer import models
from mmmetaformer.benchmark import Probe, Setting, build
from mmmetaformer.benchmark.subjects import REFERENCES, _make_plain
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
    assert all(m.recompute for m in subject('poolformerv2_s12').module.stages[0])
    compiled = subject('poolformerv2_s12:plain:compile')
    assert compiled.module._compiled_call_impl is not None


def test_plain_saves_as_much_as_timm():
    saved = []
    for name in ('convformer_s18:plain', 'timm/convformer_s18', 'convformer_s18'):
        probe = Probe(subject(name))
        probe.start(training=True)
        saved.append(probe.saved_bytes())
    plain, twin, ours = saved
    assert plain == pytest.approx(twin, rel=0.001)
    assert ours < 0.4 * twin


@pytest.mark.parametrize('method', ['upernet', 'mask_rcnn'])
def test_plain_config(root, method):
    cfg = load_config(str(root / f'configs/{method}_convformer.py'))
    parts = [cfg.model[n] for n in ('decode_head', 'auxiliary_head') if n in cfg.model]
    _make_plain(cfg.model)
    assert cfg.model.backbone.recompute is False
    assert len(parts) == (2 if method == 'upernet' else 0)
    assert all(part.memory_efficient_loss is False for part in parts)
    cfg = load_config(str(root / 'configs/upernet_swin_t.py'))
    _make_plain(cfg.model)
    assert 'recompute' not in cfg.model.backbone


@pytest.mark.parametrize('name', ['star_relu', 'gelu', 'timm/star_relu'])
def test_activations(name):
    workload = subject(name)
    assert workload.image.shape == (1, 256, 16, 16)
    workload.train_step()


@pytest.mark.parametrize(
    ('name', 'said'),
    [
        ('convformer_s19', "ConvFormer has no size 's19', but s18, s36"),
        ('convformer', 'there is no config file convformer'),
        ('family_s18', 'there is no config file family_s18'),
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

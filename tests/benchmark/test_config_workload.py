# SPDX-License-Identifier: Apache-2.0
import pytest
import torch
from mmengine.config import Config

from mmmetaformer.benchmark import Ceilings, Probe, Setting, build
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.config import load_config

TINY = dict(depths=(1,) * 4, dims=(32,) * 4)


def tiny(path):
    """The config with a small backbone."""
    cfg = load_config(path)
    cfg.model.backbone.arch = dict(TINY)
    if 'neck' in cfg.model:
        cfg.model.neck.in_channels = [32] * 4
    else:
        cfg.model.decode_head.update(in_channels=[32] * 4, channels=32)
        cfg.model.auxiliary_head.update(in_channels=32, channels=32)
    return cfg


@pytest.mark.parametrize(
    'method', [pytest.param('mask_rcnn', marks=pytest.mark.slow), 'upernet']
)
def test_steps(root, method):
    path = str(root / f'configs/{method}_convformer.py')
    setting = Setting((64, 96), batch=2)
    ours, plain = (build(path + option, setting, tiny) for option in ('', ':plain'))
    plain.module.load_state_dict(ours.module.state_dict())
    before = [p.detach().clone() for p in ours.module.parameters()]
    kept, peak = [], 0
    for workload in (plain, ours):
        probe = Probe(workload)
        probe.start(training=True)
        probe.seconds()
        kept.append(probe.saved_bytes())
        peak = probe.peak_bytes()
    assert kept[1] < kept[0]
    after = list(ours.module.parameters())
    assert any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))
    # Weights, gradients and both moments of AdamW are there between two steps.
    weights = sum(p.numel() * 4 for p in after)
    assert peak > 4 * weights
    parts = ['images', 'backbone', 'heads']
    backward = ['heads, backward', 'backbone, backward', 'update']
    assert list(probe.parts()) == [*parts, *backward]
    probe.start(training=False)
    assert list(probe.parts()) == parts
    assert probe.peak_bytes() > weights
    assert probe.bound_seconds(Ceilings(1e12, 1e11)) > 0


def test_weights_are_initialized(root):
    # DINO has a parameter of uninitialized memory before.
    path = str(root / 'configs/upernet_convformer.py')
    assert build(path, Setting((64, 96), batch=2), tiny).module.is_init


def test_images_have_the_size_that_was_asked_for(root):
    # Which is not that of the recipe's crops.
    setting = Setting((64, 96), batch=2)
    workload = build(str(root / 'configs/upernet_convformer.py'), setting, tiny)
    data = workload.module.data_preprocessor(workload.batch, True)
    assert data['inputs'].shape == (2, 3, 64, 96)


def test_low_precision(root):
    setting = Setting((64, 64), batch=2, dtype=torch.bfloat16)
    workload = build(str(root / 'configs/upernet_convformer.py'), setting, tiny)
    kinds = set()
    workload.start(training=True)
    workload.module.decode_head.conv_seg.register_forward_hook(
        lambda module, inputs, out: kinds.add(out.dtype)
    )
    workload.train_step()
    assert kinds == {torch.bfloat16}


def test_another_scope_is_refused():
    cfg = Config(dict(model=dict(type='Any'), default_scope='mmpretrain'))
    with pytest.raises(ConfigError, match="a.py has the scope 'mmpretrain'"):
        build('a.py', Setting(), lambda path: cfg)


def test_batch_norm_of_one_value(root):
    workload = build(
        str(root / 'configs/upernet_convformer.py'), Setting((64, 64)), tiny
    )
    workload.start(training=True)
    with pytest.raises(ConfigError, match='set --batch 2 or more'):
        workload.train_step()

# SPDX-License-Identifier: Apache-2.0
import csv

import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import OPTIM_WRAPPER_CONSTRUCTORS as HOST_CONSTRUCTORS
from mmengine.registry import DefaultScope
from torch import nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.models import ConvFormer, IdentityFormer, PoolFormer

LR = 1e-4
DECAY = 0.05


class Segmentor(nn.Module):
    """What matters of one: a backbone, and a head with norm and bias."""

    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone
        self.decode_head = nn.Sequential(
            nn.Conv2d(512, 8, 1), nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1)
        )


class Wrapped(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.detector = model


def groups_of(model, constructor='mmmetaformer.ParamwiseConstructor', **paramwise_cfg):
    """Optimizer group of each parameter, by name."""
    wrapper = build_optim_wrapper(
        model,
        dict(
            optimizer=dict(type='AdamW', lr=LR, weight_decay=DECAY),
            constructor=constructor,
            paramwise_cfg=paramwise_cfg,
        ),
    )
    names = {id(p): name for name, p in model.named_parameters()}
    return {
        names[id(p)]: group
        for group in wrapper.optimizer.param_groups
        for p in group['params']
    }


def test_layer_decay_in_full(root):
    sizes = {
        'convformer_s18': ConvFormer('s18'),
        'convformer_s36': ConvFormer('s36'),
        'identityformer_s12': IdentityFormer('s12'),
    }
    for name, backbone in sizes.items():
        groups = groups_of(
            Segmentor(backbone),
            decay_rate=0.7,
            decay_type='layer_wise',
            flat_decay_mult=0.0,
        )
        file = root / 'tests/engine/layer_decay' / f'{name}.csv'
        with file.open() as lines:
            table = list(csv.DictReader(lines))
        assert [row['parameter'] for row in table] == [
            name for name, _ in Segmentor(backbone).named_parameters()
        ]
        for row in table:
            group = groups[row['parameter']]
            assert str(group.get('layer', 'head')) == row['layer'], row
            assert group['lr'] == pytest.approx(float(row['lr']), rel=1e-4), row
            assert group['weight_decay'] == float(row['decay']), row


def test_rates_are_those_of_the_hosts_for_convnext_t():
    # The public figures for decay 0.7 and 6 layers: stem to last stage, then heads.
    public = [0.082, 0.118, 0.168, 0.240, 0.343, 0.490, 0.700]
    groups = groups_of(Segmentor(ConvFormer('s18')), decay_rate=0.7)
    rates = {g['layer']: g['lr'] / LR for g in groups.values() if 'layer' in g}
    assert [round(rates[i], 3) for i in range(7)] == public
    assert groups['backbone.out_norms.0.weight']['lr'] == LR
    assert groups['decode_head.0.weight']['lr'] == LR
    stage = groups_of(
        Segmentor(ConvFormer('s18')), decay_rate=0.9, decay_type='stage_wise'
    )
    rates = [stage[f'backbone.stages.{i}.0.norm1.weight']['lr'] / LR for i in range(4)]
    assert [round(rate, 3) for rate in rates] == [0.531, 0.590, 0.656, 0.729]
    for i in range(4):
        lr = stage[f'backbone.downsample_layers.{i}.conv.weight']['lr']
        assert round(lr / LR, 3) == 0.478


BACKBONES = [
    ConvFormer('s18'),
    dict(type='ConvNeXt', arch='atto'),
    dict(type='ConvNeXt', arch='tiny'),
    dict(type='SwinTransformer', arch='tiny'),
    dict(type='VisionTransformer', arch='deit-tiny', out_type='avg_featmap'),
    dict(type='BEiTViT', arch='deit-tiny', out_type='avg_featmap'),
    dict(type='ResNet', depth=50),
]


@pytest.mark.parametrize('backbone', BACKBONES)
def test_classifiers_of_mmpretrain(backbone):
    from mmpretrain.models import ImageClassifier

    head = dict(type='LinearClsHead', num_classes=3, in_channels=8)
    is_config = isinstance(backbone, dict)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = ImageClassifier(backbone if is_config else nn.Identity(), head=head)
    if not is_config:
        model.backbone = backbone
    ours = groups_of(model, decay_rate=0.7)
    theirs = groups_of(
        model,
        'mmpretrain.LearningRateDecayOptimWrapperConstructor',
        layer_decay_rate=0.7,
    )
    assert ours.keys() == theirs.keys()
    assert min(group['lr'] for group in ours.values()) < LR * 0.7**5
    for name, group in ours.items():
        assert group['lr'] == pytest.approx(theirs[name]['lr']), name


def test_it_finds_the_backbone_wherever_it_is():
    # A public fork looked for names without their prefix, and decayed nothing.
    alone = groups_of(IdentityFormer('s12'), decay_rate=0.5)
    inside = groups_of(Segmentor(IdentityFormer('s12')), decay_rate=0.5)
    wrapped = groups_of(Wrapped(Segmentor(IdentityFormer('s12'))), decay_rate=0.5)
    for name, group in alone.items():
        assert inside[f'backbone.{name}']['lr'] == group['lr']
        assert wrapped[f'detector.backbone.{name}']['lr'] == group['lr']
    assert len({group['lr'] for group in alone.values()}) == 8


@pytest.mark.parametrize(
    'custom_keys',
    [
        {},
        {'decode_head': dict(lr_mult=10.0)},
        {'backbone': dict(lr_mult=0.1), 'norm': dict(lr_mult=2.0)},
        {'backbone': dict(decay_mult=3.0)},
    ],
)
def test_vectors_never_decay(custom_keys):
    for backbone in (ConvFormer('s18'), PoolFormer('s12')):
        model = Segmentor(backbone)
        groups = groups_of(model, flat_decay_mult=0.0, custom_keys=custom_keys)
        scalars = ('act.scale', 'act.bias', 'res_scale1.scale', 'layer_scale1.scale')
        seen = set()
        for name, p in model.named_parameters():
            seen.update(part for part in scalars if name.endswith(part))
            vector = p.ndim <= 1
            assert (groups[name]['weight_decay'] == 0) == vector, name
        assert seen  # the parameters in question are there


def test_mmengines_own_constructor_drops_the_rule():
    # open-mmlab/mmengine#846. If this fails, mmengine has fixed it: remove our rule.
    keys = {'backbone': dict(lr_mult=0.1)}
    rules = dict(flat_decay_mult=0.0, custom_keys=keys)
    name = 'backbone.stages.0.0.mlp.act.scale'
    host = groups_of(
        Segmentor(ConvFormer('s18')), 'DefaultOptimWrapperConstructor', **rules
    )
    assert host[name]['weight_decay'] == DECAY
    ours = groups_of(Segmentor(ConvFormer('s18')), **rules)
    assert ours[name]['weight_decay'] == 0
    assert ours[name]['lr'] == host[name]['lr'] == LR * 0.1


def test_without_keys_it_does_what_mmengines_does():
    assert HOST_CONSTRUCTORS.get('DefaultOptimWrapperConstructor')
    rules = dict(norm_decay_mult=0.0, bias_decay_mult=0.5, bias_lr_mult=2.0)
    model = Segmentor(PoolFormer('s12'))
    host = groups_of(model, 'DefaultOptimWrapperConstructor', **rules)
    ours = groups_of(model, **rules)
    assert host.keys() == ours.keys()
    for name, group in host.items():
        assert ours[name]['lr'] == group['lr'], name
        assert ours[name]['weight_decay'] == group['weight_decay'], name


def test_factors_multiply_and_the_longest_key_counts():
    groups = groups_of(
        Segmentor(IdentityFormer('s12')),
        decay_rate=0.5,
        custom_keys={
            'backbone': dict(lr_mult=10.0),
            'backbone.stages.3': dict(lr_mult=3.0, decay_mult=2.0),
        },
    )
    last = groups['backbone.stages.3.0.mlp.fc1.weight']
    assert last['lr'] == pytest.approx(LR * 0.5 * 3)
    assert last['weight_decay'] == DECAY * 2
    stem = groups['backbone.downsample_layers.0.conv.weight']
    assert stem['lr'] == pytest.approx(LR * 0.5**7 * 10)


def test_parameters_of_a_layer_and_decay_share_a_group():
    groups = groups_of(
        Segmentor(ConvFormer('s36')), decay_rate=0.9, flat_decay_mult=0.0
    )
    # 13 layers and the heads, each with and without decay; the backbone's part of the
    # last layer has vectors only.
    assert len({id(group) for group in groups.values()}) == 13 * 2 + 1 + 2


def test_frozen_parameters_are_left_out():
    model = Segmentor(ConvFormer('s18', frozen_stages=2))
    groups = groups_of(model, decay_rate=0.9)
    assert set(groups) == {n for n, p in model.named_parameters() if p.requires_grad}


def test_a_shared_parameter_is_grouped_once():
    model = Segmentor(IdentityFormer('s12'))
    model.decode_head.append(nn.Conv2d(8, 4, 1))
    model.decode_head[3].weight = model.decode_head[2].weight
    assert 'decode_head.2.weight' in groups_of(model)


def test_the_hosts_lines_are_left_out(logged):
    logger = MMLogger.get_current_instance()
    logger.info('before')  # after which Python remembers that INFO is wanted
    groups_of(Segmentor(IdentityFormer('s12', frozen_stages=1)), flat_decay_mult=0.0)
    logger.info('after')
    assert logged == ['before', 'after']


@pytest.mark.parametrize(
    ('rules', 'message'),
    [
        (dict(decay_rate=1.0), 'between 0 and 1'),
        (dict(decay_rate=0.7, num_layers=6), 'the backbone knows its layers'),
        (dict(decay_type='stage_wise'), 'needs a decay_rate'),
        (dict(decay_rate=0.7, decay_type='layerwise'), "'layer_wise'"),
        (dict(flat_decay=0.0), "'flat_decay_mult'"),
        (dict(custom_keys={'backbone': dict(lr=1.0)}), 'decay_mult, lr_mult'),
        (
            dict(custom_keys={'bakbone': dict(lr_mult=1.0)}),
            'Names begin with backbone, decode_head$',
        ),
    ],
)
def test_bad_rules_are_refused(rules, message):
    with pytest.raises(ConfigError, match=message):
        groups_of(Segmentor(IdentityFormer('s12')), **rules)


def test_a_decay_without_effect_is_refused():
    frozen = IdentityFormer('s12', frozen_stages=4)
    with pytest.raises(ConfigError, match='lower frozen_stages'):
        groups_of(Segmentor(frozen), decay_rate=0.7)
    with pytest.raises(ConfigError, match='counts its layers'):
        groups_of(Segmentor(nn.Conv2d(3, 4, 1)), decay_rate=0.7)


def test_training_moves_what_it_should():
    torch.manual_seed(0)
    model = Segmentor(IdentityFormer('s12', out_indices=(3,)))
    wrapper = build_optim_wrapper(
        model,
        dict(
            optimizer=dict(type='SGD', lr=0.1),
            constructor='mmmetaformer.ParamwiseConstructor',
            paramwise_cfg=dict(decay_rate=0.5),
        ),
    )
    before = {name: p.clone() for name, p in model.named_parameters()}
    (features,) = model.backbone(torch.randn(2, 3, 64, 64))
    model.decode_head(features).square().mean().backward()
    gradients = {name: p.grad.clone() for name, p in model.named_parameters()}
    wrapper.step()
    for name, rate in (
        ('backbone.downsample_layers.0.conv.weight', 0.1 * 0.5**7),
        ('backbone.stages.3.1.mlp.fc2.weight', 0.1 * 0.5),
        ('decode_head.2.weight', 0.1),
    ):
        moved = before[name] - model.get_parameter(name)
        torch.testing.assert_close(
            moved.double(), rate * gradients[name].double(), atol=1e-8, rtol=1e-3
        )

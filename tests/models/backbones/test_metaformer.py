# SPDX-License-Identifier: Apache-2.0
import copy

import pytest
import torch

from mmmetaformer import models
from mmmetaformer.errors import ConfigError
from mmmetaformer.models import CAFormer, ConvFormer, IdentityFormer, MetaFormer
from mmmetaformer.models.layers import DropPath, GroupNorm1, LayerNorm2d
from mmmetaformer.registry import TOKEN_MIXERS

FAMILIES = [getattr(models, name) for name in models.__all__ if name != 'MetaFormer']
TINY = {'depths': (1, 1, 2, 1), 'dims': (32, 32, 64, 64)}
MIXERS = ('pooling', 'sep_conv', 'random_mixing', 'attention')


def tiny(**arguments):
    return MetaFormer(TINY, MIXERS, **arguments)


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('size', [(32, 32), (33, 47), (64, 101), (224, 224)])
def test_four_maps_at_the_promised_sizes(family, size):
    backbone = family(TINY)
    features = backbone(torch.randn(2, 3, *size))
    height, width = ((side - 3) // 4 + 1 for side in size)
    assert len(features) == 4
    for feature, channels in zip(features, backbone.out_channels, strict=True):
        assert feature.shape == (2, channels, height, width)
        height, width = (height + 1) // 2, (width + 1) // 2
    assert backbone.out_strides == (4, 8, 16, 32)


@pytest.mark.parametrize('stride', [4, 8, 16, 32])
def test_strides_are_exact_for_multiples_of_32(stride):
    features = dict(
        zip((4, 8, 16, 32), tiny()(torch.randn(1, 3, 96, 160)), strict=True)
    )
    assert features[stride].shape[-2:] == (96 // stride, 160 // stride)


def test_small_images_are_refused():
    with pytest.raises(ValueError, match=r'at least 32x32 pixels, got \(31, 64\)'):
        tiny()(torch.randn(1, 3, 31, 64))


@pytest.mark.parametrize('out_indices', [(0,), (1, 2), (0, 3), (0, 1, 2, 3)])
@pytest.mark.parametrize('out_norm', ['ln', None])
def test_every_trainable_parameter_gets_a_gradient(out_indices, out_norm):
    backbone = tiny(out_indices=out_indices, out_norm=out_norm)
    features = backbone(torch.randn(2, 3, 64, 64))
    assert len(features) == len(out_indices)
    # A weighted sum: the plain sum of a norm's output does not depend on its input.
    sum((f * torch.randn_like(f)).sum() for f in features).backward()
    trainable = [n for n, p in backbone.named_parameters() if p.requires_grad]
    assert len(trainable) > 8
    without = [n for n in trainable if backbone.get_parameter(n).grad is None]
    assert without == []


@pytest.mark.parametrize(
    ('out_indices', 'stages'),
    [
        (3, (3,)),
        (0, (0,)),
        (-1, (3,)),
        (-3, (1,)),
        ((1, -1), (1, 3)),
        ([-2, 3], (2, 3)),
    ],
)
def test_out_indices_as_in_mmpretrain_and_timm(out_indices, stages):
    backbone = tiny(out_indices=out_indices)
    image = torch.randn(1, 3, 64, 64)
    assert backbone.out_indices == stages
    assert backbone.out_channels == tuple(TINY['dims'][i] for i in stages)
    assert len(backbone.stages) == stages[-1] + 1
    shapes = [feature.shape[1:] for feature in backbone(image)]
    assert shapes == [(TINY['dims'][i], 16 >> i, 16 >> i) for i in stages]


def test_in_channels():
    features = tiny(in_channels=5)(torch.randn(1, 5, 64, 64))
    assert features[0].shape == (1, 32, 16, 16)


@pytest.mark.parametrize(
    ('name', 'kind', 'has_bias'),
    [
        ('ln', LayerNorm2d, True),
        ('ln_no_bias', LayerNorm2d, False),
        ('gn', GroupNorm1, True),
        ('gn_no_bias', GroupNorm1, False),
    ],
)
def test_out_norm_normalizes_the_raw_stream(name, kind, has_bias):
    backbone = tiny(out_norm=name).eval()
    raw = copy.deepcopy(backbone)
    for key in raw.out_norms:
        raw.out_norms[key] = torch.nn.Identity()
    image = torch.randn(2, 3, 64, 64)
    for i, (feature, stream) in enumerate(
        zip(backbone(image), raw(image), strict=True)
    ):
        norm = backbone.out_norms[str(i)]
        assert isinstance(norm, kind)
        assert ('bias' in dict(norm.named_parameters())) is has_bias
        dims = 1 if kind is LayerNorm2d else (1, 2, 3)
        assert feature.mean(dims).abs().max() < 1e-5
        torch.testing.assert_close(feature, norm(stream))


@pytest.mark.parametrize('frozen_stages', range(-1, 5))
def test_frozen_stages(frozen_stages):
    backbone = tiny(frozen_stages=frozen_stages, drop_path_rate=0.5)
    backbone.train()
    frozen = {
        '.'.join(name.split('.')[:2])
        for name, p in backbone.named_parameters()
        if not p.requires_grad and 'random_matrix' not in name
    }
    through = max(frozen_stages, 1) if frozen_stages >= 0 else 0
    expected = {f'downsample_layers.{i}' for i in range(through)}
    expected |= {f'stages.{i}' for i in range(frozen_stages)}
    assert frozen == expected
    for i, stage in enumerate(backbone.stages):
        assert stage.training is (i >= frozen_stages)
    before = copy.deepcopy(backbone.state_dict())
    features = backbone(torch.randn(2, 3, 64, 64))
    sum(f.square().sum() for f in features).backward()
    torch.optim.AdamW(backbone.parameters(), lr=0.1, weight_decay=0.1).step()
    moved = {
        '.'.join(name.split('.')[:2])
        for name, value in backbone.state_dict().items()
        if not torch.equal(value, before[name])
    }
    assert moved
    assert not moved & expected


def test_checkpointing_changes_neither_values_nor_gradients():
    plain = tiny(drop_path_rate=0.5).train()
    recomputed = copy.deepcopy(plain)
    recomputed.with_cp = True
    image = torch.randn(2, 3, 64, 64)
    results = []
    for backbone in (plain, recomputed):
        torch.manual_seed(1)
        features = backbone(image)
        sum(f.square().sum() for f in features).backward()
        gradients = [p.grad for p in backbone.parameters() if p.requires_grad]
        results.append([*features, *gradients])
    for expected, found in zip(*results, strict=True):
        torch.testing.assert_close(found, expected)


def test_checkpointing_recomputes(monkeypatch):
    calls = []
    from mmmetaformer.models.backbones import metaformer

    real = metaformer.checkpoint
    monkeypatch.setattr(
        metaformer, 'checkpoint', lambda *a, **k: calls.append(1) or real(*a, **k)
    )
    tiny(with_cp=True)(torch.randn(1, 3, 64, 64))
    assert len(calls) == sum(TINY['depths'])


def test_drop_path_grows_over_the_whole_depth():
    backbone = ConvFormer('s18', drop_path_rate=0.17)
    rates = [
        getattr(block.drop_path1, 'p', 0.0)
        for stage in backbone.stages
        for block in stage
    ]
    assert rates == pytest.approx([0.17 * i / 17 for i in range(18)], abs=1e-7)
    assert isinstance(backbone.stages[-1][-1].drop_path2, DropPath)


def test_drop_path_drops_whole_images():
    backbone = tiny(drop_path_rate=0.9, out_norm=None).train()
    image = torch.randn(1, 3, 64, 64).repeat(8, 1, 1, 1)
    feature = backbone(image)[-1]
    assert feature.flatten(1).std(0).max() > 0
    backbone.eval()
    feature = backbone(image)[-1]
    torch.testing.assert_close(feature, feature[:1].expand_as(feature))


def test_default_init_is_that_of_the_papers():
    backbone = IdentityFormer('s12')
    weight = backbone.stages[3][0].mlp.fc1.weight
    assert weight.std().item() == pytest.approx(0.02, rel=0.02)
    assert backbone.downsample_layers[0].conv.bias.abs().max() == 0


def test_a_users_mixer_keeps_its_own_start():
    @TOKEN_MIXERS.register_module('zero', force=True)
    class Zero(torch.nn.Conv2d):
        def __init__(self, dim, **arguments):
            super().__init__(dim, dim, 1, **arguments)
            torch.nn.init.zeros_(self.weight)

    spec = {'type': 'zero', 'bias': False}
    block = MetaFormer(TINY, (spec,) * 4).stages[0][0]
    assert block.token_mixer.weight.abs().max() == 0
    assert block.mlp.fc1.weight.abs().max() > 0


def test_arguments_that_users_own_stay_unchanged():
    out_indices = [1, 3]
    arch = {'depths': [1, 1, 1, 1], 'dims': [32, 32, 32, 32]}
    mixer = {'type': 'pooling', 'pool_size': 5}
    MetaFormer(arch, [mixer] * 4, out_indices=out_indices)
    assert out_indices == [1, 3]
    assert mixer == {'type': 'pooling', 'pool_size': 5}
    assert arch == {'depths': [1, 1, 1, 1], 'dims': [32, 32, 32, 32]}


REFUSED = [
    (dict(out_indices=(0, 4)), r'out_indices .* got \(0, 4\)'),
    (dict(out_indices=(-5,)), r'out_indices .* got \(-5,\)'),
    (dict(out_indices=(-1, 1)), r'out_indices .* got \(-1, 1\)'),
    (dict(out_indices=(3, -1)), r'out_indices .* got \(3, -1\)'),
    (dict(out_indices=4), 'out_indices .* got 4'),
    (dict(out_indices=True), 'out_indices .* got True'),
    (dict(out_indices=(0, True)), r'out_indices .* got \(0, True\)'),
    (dict(out_indices=3.0), 'out_indices .* got 3.0'),
    (dict(out_indices=(1.0, 3)), r'out_indices .* got \(1.0, 3\)'),
    (dict(out_indices='3'), "out_indices .* got '3'"),
    (dict(out_indices=None), 'out_indices .* got None'),
    (dict(out_indices=(1, 0)), r'out_indices .* got \(1, 0\)'),
    (dict(out_indices=(1, 1)), r'out_indices .* got \(1, 1\)'),
    (dict(out_indices=()), r'out_indices .* got \(\)'),
    (dict(frozen_stages=5), 'frozen_stages must be -1 to 4, got 5'),
    (dict(frozen_stages=-2), 'frozen_stages must be -1 to 4, got -2'),
    (dict(drop_path_rate=1.0), r'drop_path_rate must be in \[0, 1\), got 1.0'),
    (dict(out_norm='bn'), "unknown out_norm 'bn'.*ln_no_bias"),
    (dict(norm='layer_norm'), "unknown norm 'layer_norm'.*gn_no_bias"),
    (dict(norm=None), 'unknown norm None'),
    (dict(downsample_norm='bn'), "unknown downsample_norm 'bn'"),
    (dict(act='swish'), "unknown act 'swish'.*star_relu"),
    (dict(res_scale=(1.0, 1.0)), r'res_scale needs one entry .* got \(1.0, 1.0\)'),
]


@pytest.mark.parametrize(('arguments', 'message'), REFUSED)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ConfigError, match=message):
        tiny(**arguments)


@pytest.mark.parametrize(
    ('arch', 'mixers', 'message'),
    [
        ('s18', MIXERS, "arch must be a dict .* got 's18'"),
        ({'depths': (1, 1, 1, 1)}, MIXERS, "arch needs 'dims'"),
        ({**TINY, 'heads': 1}, MIXERS, "arch has no argument 'heads'"),
        ({**TINY, 'depths': (1, 1)}, MIXERS, r'depths needs one entry .* \(1, 1\)'),
        (TINY, 'pooling', "token_mixers needs one entry .* 'pooling'"),
        (TINY, ('pool',) * 4, "unknown token mixer 'pool'.*'pooling'.*sep_conv"),
        (
            TINY,
            ({'type': 'pooling', 'size': 3},) * 4,
            "'pooling' has no argument 'size'.*pool_size",
        ),
        (
            {**TINY, 'dims': (32, 32, 48, 64)},
            ('attention',) * 4,
            'multiple of head_dim=32, got dim=48',
        ),
    ],
)
def test_bad_architectures_are_refused(arch, mixers, message):
    with pytest.raises(ConfigError, match=message):
        MetaFormer(arch, mixers)


def test_unknown_size_lists_the_published_ones():
    message = "unknown arch of CAFormer 's12'.*Valid: b36, m36, s18, s36"
    with pytest.raises(ConfigError, match=message):
        CAFormer('s12')


def test_unknown_argument_raises():
    with pytest.raises(TypeError, match='norm_cfg'):
        CAFormer('s18', norm_cfg=dict(type='BN'))

# SPDX-License-Identifier: Apache-2.0
"""Compare translated keys and shapes with the models of other projects."""

import pytest
import timm
import torch

from mmmetaformer.errors import ConfigError
from mmmetaformer.models import backbones
from mmmetaformer.weights.catalogue import CATALOGUE
from mmmetaformer.weights.layouts import LAYOUTS, find_layout, from_layout, to_layout

IMAGE = (1, 3, 64, 64)
SMALLEST = {
    'IdentityFormer': 's12',
    'RandFormer': 's12',
    'PoolFormer': 's12',
    'PoolFormerV2': 's12',
    'ConvFormer': 's18',
    'CAFormer': 's18',
}
PAIRS = [
    (family, layout)
    for family in SMALLEST
    for layout in LAYOUTS
    if family == 'PoolFormer' or not layout.startswith('poolformer')
]
TIMM = sorted(
    {
        (entry.family, entry.arch)
        for entry in CATALOGUE.values()
        if entry.layout == 'timm'
    }
)


def randomize(module):
    """Randomize every parameter, including norms and scales."""
    for parameter in module.parameters():
        if parameter.ndim == 1:
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
        else:
            torch.nn.init.normal_(parameter, std=0.05)
    return module.eval()


def classifier(family):
    """Return weights in our layout, with the norm and head of a classifier."""
    model = randomize(getattr(backbones, family)(SMALLEST[family], out_norm=None))
    return {
        **model.state_dict(),
        'norm.weight': torch.rand(512),
        'norm.bias': torch.rand(512),
        'head.weight': torch.rand(10, 512),
        'head.bias': torch.rand(10),
    }


@pytest.mark.parametrize(('family', 'layout'), PAIRS)
def test_round_trip(family, layout):
    ours = classifier(family)
    theirs, without_place = to_layout(ours, layout)
    assert without_place == []
    assert set(theirs) != set(ours) or layout == 'sail'
    prefix = LAYOUTS[layout].prefix
    plain = {key.removeprefix(prefix): value for key, value in theirs.items()}
    assert find_layout(plain) == layout
    back, unknown = from_layout(plain, layout)
    assert unknown == []
    assert set(back) == set(ours)
    assert all(torch.equal(back[key], ours[key]) for key in ours)


@pytest.mark.parametrize(('family', 'arch'), TIMM)
def test_timm_keys_and_shapes(family, arch):
    """Check that translated weights have exactly timm's keys and shapes."""
    name = f'{family.lower()}_{arch}'
    with torch.device('meta'):
        ours = getattr(backbones, family)(arch, out_norm=None).state_dict()
        twin = timm.create_model(name, num_classes=0).state_dict()
    theirs, without_place = to_layout(ours, 'timm')
    assert without_place == []
    body = {k: v.shape for k, v in twin.items() if not k.startswith('head.')}
    assert {key: value.shape for key, value in theirs.items()} == body


@pytest.mark.parametrize('family', ['PoolFormer', 'CAFormer'])
def test_timm_features_only(family):
    name = f'{family.lower()}_{SMALLEST[family]}'
    with torch.device('meta'):
        ours = getattr(backbones, family)(SMALLEST[family], out_norm=None).state_dict()
        twin = timm.create_model(name, features_only=True).state_dict()
    theirs, _ = to_layout(ours, 'timm_features')
    assert {k: v.shape for k, v in theirs.items()} == {
        k: v.shape for k, v in twin.items()
    }


def test_poolformer_keys():
    """Check some keys of each kind, copied by hand from the three sources."""
    ours = classifier('PoolFormer')
    expected = {
        'poolformer': [
            'patch_embed.proj.weight',
            'network.0.0.norm1.bias',
            'network.1.proj.weight',
            'network.4.5.mlp.fc1.weight',
            'network.6.1.layer_scale_2',
            'norm.weight',
            'head.bias',
        ],
        'poolformer_mmpretrain': [
            'backbone.patch_embed.proj.bias',
            'backbone.network.5.proj.weight',
            'backbone.network.2.1.mlp.fc2.bias',
            'backbone.norm6.weight',
            'head.fc.weight',
        ],
        'poolformer_hf': [
            'poolformer.encoder.patch_embeddings.3.projection.weight',
            'poolformer.encoder.block.2.5.before_norm.weight',
            'poolformer.encoder.block.0.0.output.conv2.bias',
            'poolformer.encoder.block.3.1.layer_scale_1',
            'norm.bias',
            'classifier.weight',
        ],
    }
    for layout, keys in expected.items():
        theirs, _ = to_layout(ours, layout)
        assert set(keys) <= set(theirs)
        convs = [v for k, v in theirs.items() if 'fc1.w' in k or 'conv1.w' in k]
        assert all(value.shape[2:] == (1, 1) for value in convs)


def test_a_dense_poolformer_keeps_its_output_norms():
    theirs = {
        'network.0.0.norm1.weight': torch.ones(2),
        'norm4.weight': torch.rand(2),
    }
    assert find_layout(theirs) == 'poolformer'
    ours, unknown = from_layout(theirs, 'poolformer')
    assert unknown == []
    assert torch.equal(ours['out_norms.2.weight'], theirs['norm4.weight'])


def test_two_keys_for_one_tensor_are_refused():
    theirs = {
        'network.0.0.layer_scale_1': torch.ones(2),
        'network.0.0.layer_scale1.scale': torch.ones(2),
    }
    with pytest.raises(ConfigError, match=r'same tensor, stages\.0\.0\.layer_scale1'):
        from_layout(theirs, 'poolformer')


def test_only_1x1_convolutions_become_linear():
    weight = torch.ones(2, 2, 3, 3)
    ours, _ = from_layout({'network.0.0.mlp.fc1.weight': weight}, 'poolformer')
    assert ours['stages.0.0.mlp.fc1.weight'].shape == weight.shape


@pytest.mark.parametrize(
    'name', ['resnet18', 'convnext_tiny', 'swin_tiny_patch4_window7_224']
)
def test_other_networks_have_no_layout_or_unknown_keys(name):
    with torch.device('meta'):
        keys = timm.create_model(name).state_dict()
    layout = find_layout(keys)
    assert layout is None or from_layout(keys, layout)[1]

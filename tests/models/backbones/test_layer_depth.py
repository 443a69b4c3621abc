# SPDX-License-Identifier: Apache-2.0
import pytest
from mmdet.engine.optimizers.layer_decay_optimizer_constructor import (
    get_layer_id_for_convnext,
    get_stage_id_for_convnext,
)
from mmengine.registry import DefaultScope
from torch import nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.models import ConvFormer, IdentityFormer, MetaFormer
from mmmetaformer.models.backbones.layer_depth import layer_depth, stage_depth

# Layer of each block, and of each downsampling layer, written out.
LAYERS = {
    's18': (
        (3, 3, 9, 3),
        [[1] * 3, [2] * 3, [3, 3, 3, 4, 4, 4, 5, 5, 5], [6] * 3],
        [0, 2, 3, 6],
    ),
    's36': (
        (3, 12, 18, 3),
        [
            [1] * 3,
            [2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5],
            [6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 11],
            [12] * 3,
        ],
        [0, 2, 6, 12],
    ),
    's12': (
        (2, 2, 6, 2),
        [[1] * 2, [2] * 2, [3, 3, 4, 4, 5, 5], [6] * 2],
        [0, 2, 3, 6],
    ),
    'uneven': (
        (2, 3, 5, 1),
        [[1] * 2, [2, 2, 3], [4, 4, 5, 5, 6], [7]],
        [0, 2, 4, 7],
    ),
}


@pytest.mark.parametrize('size', LAYERS)
def test_every_block_and_downsampling_layer(size):
    depths, blocks, downsampling = LAYERS[size]
    last = blocks[-1][-1] + 1
    for i, stage in enumerate(blocks):
        for j, layer in enumerate(stage):
            name = f'stages.{i}.{j}.mlp.fc1.weight'
            assert layer_depth(name, depths) == (layer, last + 1)
            assert stage_depth(name, depths) == (i + 1, last + 1)
        name = f'downsample_layers.{i}.conv.weight'
        assert layer_depth(name, depths) == (downsampling[i], last + 1)
        assert stage_depth(name, depths) == (0, last + 1)
    for count in (layer_depth, stage_depth):
        assert count('out_norms.2.weight', depths) == (last, last + 1)


def test_the_host_counts_convnext_t_the_same():
    backbone = ConvFormer('s18')
    for name, _ in backbone.named_parameters():
        name = f'backbone.{name}'
        depth, num_layers = backbone.get_layer_depth(name, 'backbone.')
        assert num_layers == 8
        assert depth == get_layer_id_for_convnext(name, 6), name
        depth, num_layers = backbone.get_stage_depth(name, 'backbone.')
        assert num_layers == 8
        assert depth == get_stage_id_for_convnext(name, 8), name


@pytest.mark.parametrize('depths', [(1, 1, 1, 1), (2, 3, 5, 1), (8, 8, 24, 8)])
def test_any_depth_leaves_no_layer_out(depths):
    arch = dict(depths=depths, dims=(32, 32, 32, 32))
    backbone = MetaFormer(arch, token_mixers=['identity'] * 4)
    ids = [backbone.get_layer_depth(name) for name, _ in backbone.named_parameters()]
    (num_layers,) = {n for _, n in ids}
    assert {depth for depth, _ in ids} == set(range(num_layers))


def test_stages_that_are_not_built_do_not_count():
    backbone = IdentityFormer('s12', out_indices=(0, 1))
    assert backbone.get_layer_depth('out_norms.1.weight') == (3, 4)


@pytest.mark.parametrize(
    ('name', 'prefix'),
    [
        ('backbone.stages.0.0.norm1.weight', ''),
        ('backbone.stages.0.9.norm1.weight', 'backbone.'),
    ],
)
def test_a_wrong_name_inside_the_prefix_is_refused(name, prefix):
    backbone = IdentityFormer('s12')
    with pytest.raises(ConfigError, match='has no parameter'):
        backbone.get_layer_depth(name, prefix)


@pytest.mark.parametrize('name', ['head.fc.weight', 'stages.0.0.norm1.weight'])
def test_names_outside_the_prefix_are_the_heads(name):
    backbone = IdentityFormer('s12')
    assert backbone.get_layer_depth(name, 'backbone.') == (7, 8)
    assert backbone.get_stage_depth(name, 'backbone.') == (7, 8)


@pytest.mark.parametrize('backbone', [ConvFormer('s18'), IdentityFormer('s12')])
def test_constructor_of_mmpretrain(backbone):
    from mmpretrain.engine import LearningRateDecayOptimWrapperConstructor
    from mmpretrain.models import ImageClassifier

    head = dict(type='LinearClsHead', num_classes=3, in_channels=512)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = ImageClassifier(nn.Identity(), head=head)
    model.backbone = backbone
    constructor = LearningRateDecayOptimWrapperConstructor(
        dict(optimizer=dict(type='AdamW', lr=1.0, weight_decay=0.05)),
        dict(layer_decay_rate=0.5),
    )
    groups = constructor(model).optimizer.param_groups
    found = {group['param_name']: group['lr'] for group in groups}
    expected = {'head.fc.weight': 1.0, 'head.fc.bias': 1.0}
    for name, _ in backbone.named_parameters():
        depth, num_layers = backbone.get_layer_depth(name)
        expected[f'backbone.{name}'] = 0.5 ** (num_layers - 1 - depth)
    assert found == expected
    assert min(found.values()) == 0.5**7

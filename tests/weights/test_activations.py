# SPDX-License-Identifier: Apache-2.0
"""Weights of networks with another activation, such as SurgeNet's CAFormer."""

import re

import pytest
import torch
from tiny_backbone import ARCH, build, source

from mmmetaformer import models
from mmmetaformer.errors import ConfigError
from mmmetaformer.registry import MODELS
from mmmetaformer.weights.catalogue import CATALOGUE, SURGENET_BACKBONE
from mmmetaformer.weights.load import load_pretrained

RELU = {'type': 'sep_conv', 'act': 'relu'}
MIXERS = (RELU, RELU, 'attention', 'attention')
STAR_MIXERS = ('sep_conv', 'sep_conv', 'attention', 'attention')


def surgenet(arch=ARCH, **arguments):
    """Return weights in the layout of SurgeNet's teachers.

    Keys as from its `metaformer.py`, with `pretrained='SurgeNet'`: those of sail-sg
    without `act` and `act1`; the norm after the pooling, but no classifier.
    """
    arguments = {'token_mixers': MIXERS, 'act': 'relu', **arguments}
    backbone = models.MetaFormer(arch, out_norm=None, **arguments)
    state = backbone.state_dict()
    weights = {key: torch.rand_like(value) for key, value in state.items()}
    width = arch['dims'][-1]
    return {**weights, 'norm.weight': torch.ones(width), 'norm.bias': torch.ones(width)}


def refused(backbone, path, **options):
    with pytest.raises(ConfigError) as caught:
        load_pretrained(backbone, path, **options)
    return str(caught.value)


def config_in(message):
    """Return the backbone's config that a message asks for."""
    lines = re.findall(r'^    (\w+=.*)$', message, re.M)
    return eval(f'dict({" ".join(lines)})')


def test_weights_without_parameters_of_activations(save):
    path = save(surgenet())
    message = refused(build('CAFormer'), path)
    assert 'these activations have no parameters in the file' in message
    assert 'add partial=True' not in message
    config = config_in(message)
    assert config == {
        **SURGENET_BACKBONE,
        'arch': {key: tuple(value) for key, value in ARCH.items()},
    }
    backbone = MODELS.build(config)
    audit = load_pretrained(backbone, path)
    assert audit.fits
    assert sorted(audit.dropped) == ['norm.bias', 'norm.weight']


@pytest.mark.parametrize(
    ('mixers', 'act'), [(MIXERS, 'star_relu'), (STAR_MIXERS, 'relu')]
)
@pytest.mark.parametrize('ours', ['star_relu', 'relu'])
def test_only_some_activations_differ(save, mixers, act, ours):
    """Also where the model has parameters that the file has not, and vice versa."""
    own_mixers = STAR_MIXERS if act == 'star_relu' else MIXERS
    backbone = models.MetaFormer(ARCH, own_mixers, act=ours)
    path = save(surgenet(token_mixers=mixers, act=act))
    message = refused(backbone, path)
    assert 'add partial=True' not in message
    config = config_in(message)
    assert (config['token_mixers'], config['act']) == (mixers, act)
    assert load_pretrained(MODELS.build(config), path).fits


def test_stages_that_the_model_does_not_build(save):
    path = save(surgenet(token_mixers=(RELU,) * 4))
    message = refused(build('ConvFormer', out_indices=(0, 1)), path)
    config = config_in(message)
    assert load_pretrained(MODELS.build(config), path).fits


def test_mixers_that_a_file_does_not_name(save):
    weights = models.MetaFormer(
        ARCH, ('identity',) * 4, norm='gn_no_bias', act='gelu', out_norm=None
    ).state_dict()
    message = refused(build('PoolFormerV2'), save(weights))
    assert "Build an mmmetaformer.MetaFormer with act='relu'" in message


def test_a_model_without_parameters_of_activations(save):
    path = save(build('CAFormer', out_norm=None).state_dict())
    message = refused(models.MetaFormer(ARCH, MIXERS, act='relu'), path)
    assert "the file's activations are StarReLU, the model's are not" in message
    assert 'add partial=True' not in message
    assert load_pretrained(MODELS.build(config_in(message)), path).fits


def without(weights, *keys):
    return {key: value for key, value in weights.items() if key not in keys}


@pytest.mark.parametrize(
    'weights',
    [
        without(surgenet(), 'stages.0.0.norm1.weight'),
        {**surgenet(), 'stages.0.0.norm1.bias': torch.ones(32)},
        {**surgenet(), 'stages.0.0.mlp.fc1.weight': torch.ones(2, 2)},
        without(source(), 'stages.0.0.mlp.act.bias'),
        without(source(), *(f'stages.2.1.mlp.act.{k}' for k in ('scale', 'bias'))),
    ],
    ids=['no_norm', 'a_bias', 'a_shape', 'half_an_activation', 'one_block'],
)
def test_files_that_are_wrong(save, weights):
    """More than activations differs, or the parameters are there for some blocks."""
    message = refused(build(), save(weights))
    assert 'add partial=True' in message
    assert 'act=' not in message


def test_published_weights_of_surgenet(save, monkeypatch):
    """It refuses a CAFormer before it downloads, and prints the license."""
    lines = []
    monkeypatch.setattr(
        'mmmetaformer.weights.load.say', lambda text, **_: lines.append(text)
    )
    message = refused(build(), 'surgenet:caformer_s18_xl')
    assert config_in(message) == SURGENET_BACKBONE
    path = save(surgenet(), 'SurgeNetXL_checkpoint_epoch0050_teacher.pth')
    backbone = models.MetaFormer(ARCH, MIXERS, act='relu')
    assert load_pretrained(backbone, path).fits
    assert 'license CC-BY-NC-SA-4.0' in lines[0]


def test_the_full_checkpoint_of_its_self_distillation(save):
    weights = {f'module.backbone.{k}': v for k, v in surgenet().items()}
    weights['module.head.mlp.0.weight'] = torch.ones(2, 2)
    path = save({'student': weights, 'teacher': weights, 'epoch': 50})
    message = refused(build(), path)
    assert config_in(message)['act'] == 'relu'


def test_the_example_of_the_page(root):
    page = (root / 'docs/weights.md').read_text().partition('### SurgeNet')[2]
    names = {}
    exec(re.search(r'^```python\n(.*?)^```$', page, re.M | re.S)[1], names)
    backbone = names['model']['backbone']
    assert backbone.pop('_delete_')
    checkpoint = backbone.pop('init_cfg')['checkpoint']
    assert backbone == SURGENET_BACKBONE == CATALOGUE[checkpoint].backbone

# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.model import PretrainedInit

from mmmetaformer.errors import ConfigError
from mmmetaformer.models.backbones.pretrained import split_init_cfg
from mmmetaformer.weights.load import load_pretrained

NORMAL = dict(type='Normal', layer='Conv2d')


@pytest.mark.parametrize('init_cfg', [None, {}, []])
def test_nothing(init_cfg):
    loaders, others = split_init_cfg(init_cfg)
    assert loaders == []
    assert others == ([{}] if init_cfg == {} else [])


@pytest.mark.parametrize(
    'kind', ['Pretrained', 'mmengine.Pretrained', 'PretrainedInit', PretrainedInit]
)
def test_every_name_of_the_initializer(kind):
    (loader,), others = split_init_cfg(dict(type=kind, checkpoint='a.pth'))
    assert loader.func is load_pretrained
    assert loader.keywords == dict(checkpoint='a.pth')
    assert others == []


def test_several_in_any_order():
    constant = dict(type='Constant', val=1)
    first, second = (dict(type='Pretrained', checkpoint=name) for name in 'ab')
    loaders, others = split_init_cfg([NORMAL, first, constant, second])
    assert [loader.keywords['checkpoint'] for loader in loaders] == ['a', 'b']
    assert others == [NORMAL, constant]


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({}, "'Pretrained' needs 'checkpoint'"),
        (dict(checkpoint='a', prefx=''), "'Pretrained' has no argument 'prefx'"),
        (dict(checkpoint='a', backbone=1), "'Pretrained' has no argument 'backbone'"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ConfigError, match=message):
        split_init_cfg([NORMAL, dict(type='Pretrained', **arguments)])

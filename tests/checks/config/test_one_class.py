# SPDX-License-Identifier: Apache-2.0
import pytest
from mmengine.config import Config

from mmmetaformer.checks.config.one_class import check_one_class
from mmmetaformer.errors import ConfigError

SOFTMAX = dict(type='CrossEntropyLoss', use_sigmoid=False)
SIGMOID = dict(type='mmseg.CrossEntropyLoss', use_sigmoid=True)


def config(number, loss, name='decode_head'):
    dataset = dict(type='ADE20KDataset', metainfo=dict(classes=('lesion',)))
    head = dict(num_classes=number, loss_decode=loss)
    return Config(
        dict(model={name: head}, train_dataloader=dict(dataset=dict(dataset)))
    )


@pytest.mark.parametrize('name', ['decode_head', 'auxiliary_head'])
@pytest.mark.parametrize('loss', [SOFTMAX, [SOFTMAX], dict(type='CrossEntropyLoss')])
def test_one_class_under_softmax_is_refused(name, loss):
    with pytest.raises(ConfigError, match='--classes background lesion --labels-from'):
        check_one_class(config(1, loss, name))


@pytest.mark.parametrize(
    ('number', 'loss'), [(2, SOFTMAX), (1, SIGMOID), (1, [SIGMOID, SOFTMAX]), (1, None)]
)
def test_others_are_sound(number, loss):
    check_one_class(config(number, loss))

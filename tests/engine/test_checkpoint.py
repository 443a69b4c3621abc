# SPDX-License-Identifier: Apache-2.0
import pickle

import pytest
import torch
from torch import nn

from mmmetaformer.engine.checkpoint import (
    check_checkpoint,
    check_fits,
    check_start,
    forget_pretrained,
    resume_from,
)
from mmmetaformer.errors import ConfigError


def test_gives_back_the_weights(tmp_path):
    path = tmp_path / 'model.pth'
    torch.save({'state_dict': {'weight': torch.ones(2)}, 'meta': {}}, path)
    assert check_checkpoint(str(path))['weight'].tolist() == [1, 1]
    torch.save({'weight': torch.ones(2)}, path)  # a bare state dict
    assert set(check_checkpoint(str(path))) == {'weight'}


def test_addresses_are_left_to_the_runner():
    assert check_checkpoint('https://example.org/model.pth') is None


def test_absent(tmp_path):
    with pytest.raises(ConfigError, match='there is no checkpoint file'):
        check_checkpoint(str(tmp_path / 'none.pth'))


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'<!DOCTYPE html><html></html>',
        b'PK\x03\x04 truncated',
        b'\x80\x02',
        pickle.dumps(object),
        b'hello world\n',
        b'.',
    ],
    ids=['empty', 'page', 'truncated', 'pickle header', 'pickle', 'text', 'dot'],
)
def test_not_a_checkpoint(tmp_path, content):
    path = tmp_path / 'model.pth'
    path.write_bytes(content)
    with pytest.raises(ConfigError, match='is no checkpoint: '):
        check_checkpoint(str(path))


def test_truncated_zip(tmp_path):
    path = tmp_path / 'model.pth'
    torch.save({'state_dict': {'weight': torch.ones(1000)}}, path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(ConfigError, match='is no checkpoint: '):
        check_checkpoint(str(path))


def test_no_weights_inside(tmp_path):
    path = tmp_path / 'model.pth'
    torch.save({'meta': {'epoch': 1}}, path)
    with pytest.raises(ConfigError, match=r"holds no weights: its keys are \['meta'\]"):
        check_checkpoint(str(path))
    torch.save(torch.ones(1), path)
    with pytest.raises(ConfigError, match='holds a Tensor, no checkpoint'):
        check_checkpoint(str(path))


def test_resume_needs_more_than_weights(tmp_path):
    path = tmp_path / 'model.pth'
    weights = {'state_dict': {'weight': torch.ones(2)}}
    torch.save(weights, path)
    with pytest.raises(ConfigError, match='weights only.*load_from='):
        check_checkpoint(str(path), resume=True)
    torch.save({**weights, 'optimizer': {}, 'message_hub': {}}, path)
    check_checkpoint(str(path), resume=True)


def test_weights_of_another_model():
    model = nn.Linear(2, 3)
    check_fits(model, model.state_dict(), 'a.pth')
    wrong = {'weight': torch.ones(3, 4), 'extra': torch.ones(1)}
    with pytest.raises(ConfigError) as error:
        check_fits(model, wrong, 'a.pth')
    assert '1 missing (bias)' in str(error.value)
    assert '1 unknown (extra)' in str(error.value)
    assert '1 of another shape (weight (3, 4) for (3, 2))' in str(error.value)


def test_a_start_without_the_backbone():
    model = nn.ModuleDict(dict(backbone=nn.Linear(2, 3), head=nn.Linear(3, 4)))
    weights = model.state_dict()
    others = {**weights, 'head.weight': torch.ones(7, 3)}
    check_start(model, others, 'a.pth')
    check_start(model, {f'module.{k}': v for k, v in others.items()}, 'a.pth')
    alone = {key.removeprefix('backbone.'): v for key, v in weights.items()}
    other = {**weights, 'backbone.bias': torch.ones(5)}
    for wrong, count in ((alone, 2), (other, 1)):
        with pytest.raises(ConfigError, match=rf'{count} of 2 tensors.*init_cfg=dict'):
            check_start(model, wrong, 'a.pth')


def test_forget_pretrained():
    model = dict(backbone=dict(type='A', init_cfg=dict(type='Pretrained')))
    forget_pretrained(model)
    assert model == dict(backbone=dict(type='A'))
    forget_pretrained(dict(type='Wrapper'))


def test_resume_from(tmp_path):
    assert resume_from('here.pth', str(tmp_path)) == 'here.pth'
    assert resume_from('auto', str(tmp_path)) is None
    (tmp_path / 'last_checkpoint').write_text('epoch_3.pth')
    assert resume_from('auto', str(tmp_path)) == 'epoch_3.pth'

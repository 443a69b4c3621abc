# SPDX-License-Identifier: Apache-2.0
import pickle

import pytest
import torch
from torch import nn

from mmmetaformer.checks.checkpoint import check_checkpoint, check_fits, check_start
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
    with pytest.raises(ConfigError, match='checkpoint file .* does not exist'):
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
    with pytest.raises(ConfigError, match='is not a checkpoint: '):
        check_checkpoint(str(path))


def test_truncated_zip(tmp_path):
    path = tmp_path / 'model.pth'
    torch.save({'state_dict': {'weight': torch.ones(1000)}}, path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(ConfigError, match='is not a checkpoint: '):
        check_checkpoint(str(path))


def test_no_weights_inside(tmp_path):
    path = tmp_path / 'model.pth'
    torch.save({'meta': {'epoch': 1}}, path)
    with pytest.raises(ConfigError, match=r"has no weights: its keys are \['meta'\]"):
        check_checkpoint(str(path))
    torch.save(torch.ones(1), path)
    with pytest.raises(ConfigError, match='contains a Tensor, expected a dict'):
        check_checkpoint(str(path))


def test_resume_needs_more_than_weights(tmp_path):
    path = tmp_path / 'model.pth'
    weights = {'state_dict': {'weight': torch.ones(2)}}
    torch.save(weights, path)
    with pytest.raises(ConfigError, match='only weights.*load_from='):
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
    assert '1 unexpected (extra)' in str(error.value)
    assert '1 with a different shape (weight (3, 4), expected (3, 2))' in str(
        error.value
    )


def test_a_start_without_the_backbone():
    model = nn.ModuleDict(dict(backbone=nn.Linear(2, 3), head=nn.Linear(3, 4)))
    weights = model.state_dict()
    others = {**weights, 'head.weight': torch.ones(7, 3)}
    check_start(model, others, 'a.pth')
    check_start(model, {f'module.{k}': v for k, v in others.items()}, 'a.pth')
    alone = {key.removeprefix('backbone.'): v for key, v in weights.items()}
    other = {**weights, 'backbone.bias': torch.ones(5)}
    for wrong, problem in ((alone, '2 missing'), (other, '1 with a different shape')):
        with pytest.raises(ConfigError, match=rf'2 keys, {problem}.*init_cfg=dict'):
            check_start(model, wrong, 'a.pth')


@pytest.mark.parametrize('check', [check_start, check_fits])
def test_wrappers_are_looked_through(check):
    model = nn.DataParallel(nn.ModuleDict(dict(backbone=nn.Linear(2, 3))))
    check(model, model.module.state_dict(), 'a.pth')
    with pytest.raises(ConfigError, match='backbone.weight'):
        check(model, {}, 'a.pth')

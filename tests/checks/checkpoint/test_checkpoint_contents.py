# SPDX-License-Identifier: Apache-2.0
import json
import pickle

import pytest
import torch
from safetensors.torch import save_file

from mmmetaformer.checks.checkpoint import contents
from mmmetaformer.checks.checkpoint.contents import check_checkpoint
from mmmetaformer.errors import ConfigError


def test_gives_back_the_weights(tmp_path):
    path = tmp_path / 'model.pth'
    torch.save({'state_dict': {'weight': torch.ones(2)}, 'meta': {}}, path)
    assert check_checkpoint(str(path)).weights['weight'].tolist() == [1, 1]
    torch.save({'weight': torch.ones(2)}, path)  # a bare state dict
    assert set(check_checkpoint(str(path)).weights) == {'weight'}


def test_addresses_are_read_like_files(monkeypatch):
    model = {'state_dict': {'weight': torch.ones(2)}, 'meta': {'iter': 3}}
    monkeypatch.setattr(contents, 'read', lambda _: model)
    assert check_checkpoint('https://a.org/model.pth').steps == 3
    monkeypatch.undo()
    with pytest.raises(ConfigError, match='Use a local file instead'):
        check_checkpoint('pavi://model.pth')


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
    torch.save({'state_dict': None}, path)
    with pytest.raises(ConfigError, match='has no weights'):
        check_checkpoint(str(path))
    torch.save(torch.ones(1), path)
    with pytest.raises(ConfigError, match='contains a Tensor, expected a dict'):
        check_checkpoint(str(path))


META = {'epoch': 0, 'iter': 4}


def test_resume_needs_more_than_weights(tmp_path):
    path = tmp_path / 'model.pth'
    weights = {'state_dict': {'weight': torch.ones(2)}}
    torch.save(weights, path)
    with pytest.raises(ConfigError, match='only weights.*load_from='):
        check_checkpoint(str(path), resume=True)
    torch.save({**weights, 'optimizer': {}, 'message_hub': {}, 'meta': META}, path)
    check_checkpoint(str(path), resume=True)


@pytest.mark.parametrize(
    ('meta', 'classes'),
    [
        ({'dataset_meta': {'classes': ('a', 'b')}}, ['a', 'b']),
        ({'dataset_meta': {'CLASSES': ['a', 'b']}}, ['a', 'b']),
        ({'CLASSES': ('a', 'b')}, ['a', 'b']),
        ({'classes': ('a', 'b')}, ['a', 'b']),
        ({'dataset_meta': {'classes': ()}}, None),
        ({'dataset_meta': {'classes': None}}, None),
        ({'dataset_meta': None}, None),
        ({'CLASSES': 'ab'}, None),
        (None, None),
    ],
)
def test_class_names_of_every_age(tmp_path, meta, classes):
    path = tmp_path / 'model.pth'
    torch.save({'state_dict': {'weight': torch.ones(2)}, 'meta': meta}, path)
    assert check_checkpoint(str(path)).classes == classes


@pytest.mark.parametrize(
    ('metadata', 'classes'),
    [
        ({'classes': json.dumps(['a', 'b'])}, ['a', 'b']),
        ({'classes': 'null'}, None),
        ({'classes': 'a, b'}, None),
        ({}, None),
        (None, None),
    ],
)
def test_class_names_of_a_published_file(tmp_path, metadata, classes):
    path = tmp_path / 'model.safetensors'
    save_file({'weight': torch.ones(2)}, path, metadata)
    assert check_checkpoint(str(path)).classes == classes


def test_position(tmp_path):
    path = tmp_path / 'model.pth'
    meta = {'iter': 8, 'epoch': 2}
    torch.save({'state_dict': {'weight': torch.ones(2)}, 'meta': meta}, path)
    checkpoint = check_checkpoint(str(path))
    assert (checkpoint.steps, checkpoint.epochs) == (8, 2)
    torch.save({'state_dict': {'weight': torch.ones(2)}, 'meta': {'iter': '8'}}, path)
    assert check_checkpoint(str(path)).steps is None

# SPDX-License-Identifier: Apache-2.0
import json
import subprocess
import sys

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from mmmetaformer.errors import ConfigError
from mmmetaformer.weights import publish as module
from mmmetaformer.weights.publish import (
    publish,
    read_published,
    save_weights,
    weights_hash,
)

CONFIG = "model = dict(type='A')\n"


@pytest.fixture
def checkpoint(tmp_path):
    shared = torch.rand(4, 3)
    content = {
        'state_dict': {
            'a.weight': shared,
            'b.weight': shared,
            'view': shared.T,
            'steps': torch.tensor(7),
        },
        'optimizer': {'state': {0: torch.rand(100)}},
        'message_hub': {},
        'meta': {
            'cfg': CONFIG,
            'dataset_meta': {'classes': ('wall', 'floor'), 'palette': [[1, 2, 3]]},
        },
    }
    torch.save(content, tmp_path / 'iter_7.pth')
    return tmp_path / 'iter_7.pth'


@pytest.mark.parametrize('suffix', ['safetensors', 'pth'])
def test_only_weights_config_and_classes_are_written(checkpoint, tmp_path, suffix):
    target = tmp_path / f'model.{suffix}'
    digest = publish(str(checkpoint), str(target))
    if suffix == 'pth':
        content = torch.load(target, weights_only=True)
    else:
        content = read_published(str(target))
    assert set(content) == {'state_dict', 'meta'}
    weights = torch.load(checkpoint, weights_only=True)['state_dict']
    assert set(content['state_dict']) == set(weights)
    assert all(torch.equal(content['state_dict'][k], weights[k]) for k in weights)
    assert content['meta'] == {
        'cfg': CONFIG,
        'dataset_meta': {'classes': ['wall', 'floor'], 'palette': [[1, 2, 3]]},
        'sha256': digest,
    }
    assert weights_hash(content['state_dict']) == digest


def test_dtype_casts_floating_point_weights(checkpoint, tmp_path):
    target = tmp_path / 'model.safetensors'
    publish(str(checkpoint), str(target), torch.bfloat16)
    weights = load_file(target)
    assert weights['a.weight'].dtype == torch.bfloat16
    assert weights['steps'].dtype == torch.int64


def test_metadata_is_plain_text(checkpoint, tmp_path):
    publish(str(checkpoint), str(tmp_path / 'model.safetensors'))
    with safe_open(tmp_path / 'model.safetensors', 'pt') as file:
        metadata = file.metadata()
    assert metadata['config'] == CONFIG
    assert json.loads(metadata['classes']) == ['wall', 'floor']


def test_the_hash_depends_on_keys_dtypes_shapes_and_values():
    weights = {'a': torch.zeros(2, 3)}
    others = [
        {'b': torch.zeros(2, 3)},
        {'a': torch.zeros(3, 2)},
        {'a': torch.zeros(2, 3, dtype=torch.int32)},
        {'a': torch.ones(2, 3)},
    ]
    hashes = {weights_hash(w) for w in (weights, *others)}
    assert len(hashes) == 5
    assert weights_hash({'a': torch.zeros(3, 2).T}) == weights_hash(weights)


def test_the_hash_does_not_depend_on_the_order():
    weights = {'a': torch.zeros(1), 'b': torch.ones(1)}
    reverse = dict(reversed(weights.items()))
    assert list(reverse) != list(weights)
    assert weights_hash(reverse) == weights_hash(weights)


@pytest.mark.parametrize('suffix', ['safetensors', 'pth'])
def test_a_failed_write_leaves_no_file(tmp_path, monkeypatch, suffix):
    def fail(weights, path, *_):
        path.write_bytes(b'half')
        raise OSError('disk full')

    monkeypatch.setattr(module, 'save_file', fail)
    monkeypatch.setattr(torch, 'save', fail)
    target = tmp_path / f'model.{suffix}'
    with pytest.raises(OSError, match='disk full'):
        save_weights({'a': torch.ones(1)}, str(target), {'format': 'pt'})
    assert not target.exists()


def test_refusals(checkpoint, tmp_path):
    plain = tmp_path / 'plain.pth'
    torch.save({'a': torch.ones(1)}, plain)
    with pytest.raises(ConfigError, match='has no config'):
        publish(str(plain), str(tmp_path / 'a.pth'))
    with pytest.raises(ConfigError, match='already exists'):
        publish(str(checkpoint), str(plain))
    with pytest.raises(
        ConfigError, match=r'expected a file name in \.safetensors or \.pth'
    ):
        publish(str(checkpoint), str(tmp_path / 'a.bin'))


def test_opens_without_this_project(checkpoint, tmp_path):
    """Load the file in a process that cannot import mmmetaformer or mmengine."""
    for name, load in (
        ('model.safetensors', 'from safetensors.torch import load_file as load'),
        ('model.pth', 'from torch import load'),
    ):
        publish(str(checkpoint), str(tmp_path / name))
        script = (
            'import sys; sys.modules.update(mmmetaformer=None, mmengine=None)\n'
            f'{load}; import sys; weights = load(sys.argv[1])\n'
            'print(sorted(weights.get("state_dict", weights)))'
        )
        done = subprocess.run(
            [sys.executable, '-c', script, tmp_path / name],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "['a.weight', 'b.weight', 'steps', 'view']\n"

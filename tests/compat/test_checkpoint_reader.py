# SPDX-License-Identifier: Apache-2.0
"""Checkpoints that would run code, from every place that mmengine reads one from."""

import functools
import hashlib
import http.server
import pickle
import threading
from pathlib import Path

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.registry import MODELS
from mmengine.runner import CheckpointLoader
from safetensors.torch import save_file

from mmmetaformer.compat import checkpoint_reader
from mmmetaformer.compat.checkpoint_reader import read
from mmmetaformer.errors import ConfigError
from mmmetaformer.weights.publish import save_weights

pytestmark = pytest.mark.faults('checkpoint that runs code or names files')


class Touch:
    """Create a file when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), 'w')


@pytest.fixture
def mark(tmp_path):
    return tmp_path / 'executed'


@pytest.fixture
def site(tmp_path, mark, monkeypatch):
    """Serve a folder with harmful and harmless files, and return its address."""
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    monkeypatch.setenv('MMENGINE_HOME', str(tmp_path / 'mmengine'))
    folder = tmp_path / 'site'
    folder.mkdir()
    torch.save({'state_dict': Touch(mark)}, folder / 'trap.pth')
    (folder / 'pickle.pth').write_bytes(pickle.dumps({'state_dict': Touch(mark)}))
    torch.save({'state_dict': {'a': torch.ones(1)}}, folder / 'good.pth')
    quiet = type(
        'Quiet',
        (http.server.SimpleHTTPRequestHandler,),
        {'log_message': lambda *_: None},
    )
    server = http.server.ThreadingHTTPServer(
        ('127.0.0.1', 0), functools.partial(quiet, directory=str(folder))
    )
    serve = functools.partial(server.serve_forever, poll_interval=0.01)
    threading.Thread(target=serve, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}', folder
    server.shutdown()


@pytest.fixture
def listed(site, monkeypatch):
    """Let each of mmengine's lists name the harmful and the harmless file."""
    names = {name: f'{site[0]}/{name}.pth' for name in ('trap', 'good')}
    for lookup in ('torchvision', 'external', 'mmcls'):
        monkeypatch.setattr(checkpoint_reader, f'get_{lookup}_models', lambda: names)


SCHEMES = (
    'torchvision://',
    'modelzoo://',
    'open-mmlab://',
    'openmmlab://',
    'mmcls://',
)


@pytest.mark.parametrize('name', ['trap', 'pickle'])
def test_addresses_run_no_code(site, mark, name):
    with pytest.raises(ConfigError, match='could run code, and is not loaded'):
        CheckpointLoader.load_checkpoint(f'{site[0]}/{name}.pth')
    assert not mark.exists()


@pytest.mark.parametrize('scheme', SCHEMES)
def test_names_run_no_code(listed, mark, scheme):
    with pytest.raises(ConfigError, match='could run code, and is not loaded'):
        CheckpointLoader.load_checkpoint(f'{scheme}trap', map_location='cpu')
    assert not mark.exists()
    assert 'state_dict' in CheckpointLoader.load_checkpoint(f'{scheme}good')
    with pytest.raises(ConfigError, match="no 'godo' under .* Did you mean 'good'"):
        CheckpointLoader.load_checkpoint(f'{scheme}godo')


def test_files_and_stores_run_no_code(site, mark, monkeypatch):
    trap = site[1] / 'trap.pth'
    store = type('Store', (), {'get': lambda self, name: trap.read_bytes()})()
    monkeypatch.setattr(checkpoint_reader, 'get_file_backend', lambda *_, **__: store)
    for name in (str(trap), 's3://bucket/trap.pth', 'a:petrel://b/trap.pth'):
        with pytest.raises(ConfigError, match='could run code, and is not loaded'):
            CheckpointLoader.load_checkpoint(name)
    assert not mark.exists()


@pytest.mark.parametrize('name', ['pavi://a/b', 's3://bucket/a.pth'])
def test_stores_without_their_package(name):
    with pytest.raises(ConfigError, match='Use a local file instead'):
        read(name)


@pytest.mark.parametrize(
    'backbone',
    [
        dict(type='mmdet.ResNet', depth=18),
        dict(type='mmseg.ResNetV1c', depth=18),
        dict(type='mmdet.PyramidVisionTransformer', num_layers=[1] * 4),
    ],
)
@pytest.mark.parametrize('where', ['address', 'torchvision'])
def test_init_cfg_of_other_backbones(site, listed, mark, backbone, where):
    pytest.importorskip(backbone['type'].partition('.')[0])
    address = {'address': f'{site[0]}/trap.pth', 'torchvision': 'torchvision://trap'}
    init_cfg = ConfigDict(type='Pretrained', checkpoint=address[where])
    model = MODELS.build(dict(backbone, init_cfg=init_cfg))
    with pytest.raises(ConfigError, match='could run code, and is not loaded'):
        model.init_weights()
    assert not mark.exists()


def test_no_loader_of_mmengine_is_left():
    for load in CheckpointLoader._schemes.values():
        assert load.__module__ == checkpoint_reader.__name__


def test_second_install_changes_nothing():
    before = dict(CheckpointLoader._schemes)
    checkpoint_reader.install()
    assert before == CheckpointLoader._schemes


def test_a_hash_in_the_name_is_checked(site):
    address, folder = site
    good = (folder / 'good.pth').read_bytes()
    digest = hashlib.sha256(good).hexdigest()
    (folder / f'model-{digest[:8]}.pth').write_bytes(good)
    (folder / 'model-0123abcd.pth').write_bytes(good)
    assert 'state_dict' in read(f'{address}/model-{digest[:8]}.pth')
    with pytest.raises(ConfigError, match=f'{digest}, expected 0123abcd'):
        read(f'{address}/model-0123abcd.pth')


def test_a_download_of_torchs_hub_is_used_if_its_hash_proves_it(site, tmp_path):
    address, folder = site
    good = (folder / 'good.pth').read_bytes()
    cached = tmp_path / 'torch/hub/checkpoints'
    cached.mkdir(parents=True)
    name = f'model-{hashlib.sha256(good).hexdigest()[:8]}.pth'
    (cached / name).write_bytes(good)
    assert 'state_dict' in read(f'{address}/{name}')  # the server does not have it
    (cached / name).write_bytes(good + b' ')
    with pytest.raises(ConfigError, match='404'):
        read(f'{address}/{name}')


def test_configs_in_a_checkpoint_are_dropped(tmp_path):
    code = "open('x', 'w')"
    path = str(tmp_path / 'a.pth')
    checkpoint = {
        'state_dict': {'a': torch.ones(1)},
        'meta': {'config': code, 'cfg': code, 'epoch': 3},
        'message_hub': {'runtime_info': {'cfg': code, 'best_score': 0.5}},
    }
    torch.save(checkpoint, path)
    loaded = CheckpointLoader.load_checkpoint(path)
    assert loaded['meta'] == {'epoch': 3}
    assert loaded['message_hub'] == {'runtime_info': {'best_score': 0.5}}


def test_safetensors_with_the_classes_of_a_published_file(site):
    address, folder = site
    metadata = {
        'format': 'pt',
        'config': "model = dict(type='A')\n",
        'classes': '["cat"]',
    }
    path = folder / 'model.safetensors'
    save_weights({'a': torch.arange(3.0)}, str(path), metadata)
    for name in (str(path), f'{address}/model.safetensors'):
        checkpoint = CheckpointLoader.load_checkpoint(name, map_location='cpu')
        assert checkpoint['state_dict']['a'].tolist() == [0, 1, 2]
        assert checkpoint['meta'] == {'dataset_meta': {'classes': ['cat']}}


def test_files_with_a_home_or_without_any_meta(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    save_file({'a': torch.ones(1)}, tmp_path / 'a.safetensors')
    torch.save({'a': torch.ones(1)}, tmp_path / 'a.safetensors.pth')
    assert list(read('~/a.safetensors.pth')) == ['a']
    assert read(str(Path('~/a.safetensors')))['meta'] == {}

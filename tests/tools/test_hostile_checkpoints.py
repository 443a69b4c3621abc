# SPDX-License-Identifier: Apache-2.0
"""Checkpoints that would run code, given to the tools in every way."""

import functools
import http.server
import itertools
import pickle
import threading

import pytest
import torch
from tiny_runs import SHORT

HOSTILE = pytest.mark.faults('checkpoint that runs code or names files')
pytestmark = pytest.mark.slow
NUMBERS = itertools.count()  # each run has a work dir of its own


class Touch:
    """Create a file when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), 'w')


@pytest.fixture(scope='module')
def run(tmp_path_factory, tiny_config, tool, sample):
    """Train for two steps; return a function that continues with a checkpoint."""
    folder = tmp_path_factory.mktemp('hostile')
    config = tiny_config(folder, 'upernet', 'convformer')
    common = ['--sample-data', sample, '--no-rehearsal']
    trained = tool(
        'train.py', config, '--work-dir', folder / 'run', *common,
        '--cfg-options', *SHORT['upernet'],
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr

    def call(name, *arguments):
        options = ['--cfg-options', *SHORT['upernet'], 'train_cfg.max_iters=4']
        if name == 'test.py':
            options = []
        else:
            arguments = (*arguments, '--no-rehearsal')
        return tool(
            name, config, *arguments, '--sample-data', sample, *options,
            '--work-dir', folder / f'again{next(NUMBERS)}',
            TORCH_HOME=str(folder / 'torch'),
        )  # fmt: skip

    call.checkpoint = folder / 'run/iter_2.pth'
    return call


@pytest.fixture
def site(tmp_path):
    """Serve a folder and return its address."""
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=str(tmp_path)
    )
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}'
    server.shutdown()


def write_pickle(run, folder, mark):
    """A checkpoint that is sound, apart from one object."""
    content = torch.load(run.checkpoint, weights_only=True)
    content['extra'] = Touch(mark)
    torch.save(content, folder / 'evil.pth')


@HOSTILE
@pytest.mark.parametrize('where', ['file', 'address'])
@pytest.mark.parametrize('how', ['--resume', 'load_from', 'test', 'init_cfg'])
def test_no_code_of_a_pickle_runs(run, site, tmp_path, how, where):
    mark = tmp_path / 'executed'
    write_pickle(run, tmp_path, mark)
    evil = tmp_path / 'evil.pth' if where == 'file' else f'{site}/evil.pth'
    ways = {
        '--resume': ('train.py', '--resume', evil),
        'load_from': ('train.py', '--cfg-options', f'load_from={evil}'),
        'test': ('test.py', evil),
        'init_cfg': (
            'train.py',
            '--cfg-options',
            'model.backbone.init_cfg.type=Pretrained',
            f'model.backbone.init_cfg.checkpoint={evil}',
        ),
    }
    process = run(*ways[how])
    assert process.returncode == 2, process.stderr
    assert not mark.exists()
    said = process.stderr.strip().splitlines()[-1]
    assert 'it contains more than weights' in said
    assert 'could run code, and is not loaded' in said
    assert 'weights_only' not in process.stderr


@HOSTILE
def test_no_config_of_a_checkpoint_runs_and_no_file_is_deleted(run, tmp_path):
    mark, victim = tmp_path / 'executed', tmp_path / 'victim'
    victim.mkdir()
    (victim / 'thesis.txt').touch()
    content = torch.load(run.checkpoint, weights_only=True)
    code = f'open({str(mark)!r}, "w")'
    content['meta'].update(config=code, cfg=code)
    content['message_hub']['runtime_info'].update(
        cfg=code,
        best_ckpt=str(victim),
        best_score=-1.0,
        keep_ckpt_ids=['/../../victim/thesis', 'x', 2],
    )
    torch.save(content, tmp_path / 'evil.pth')
    process = run(
        'train.py', '--resume', tmp_path / 'evil.pth',
        '--cfg-options',
        'default_hooks.checkpoint.save_best=mIoU',
        'default_hooks.checkpoint.max_keep_ckpts=1',
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert not mark.exists()
    assert (victim / 'thesis.txt').exists()
    assert f'its best_ckpt is {str(victim)!r}, which is not the name' in process.stderr
    assert 'its keep_ckpt_ids is' in process.stderr


@pytest.mark.faults('NaN or infinity')
def test_weights_that_are_no_numbers(run, tmp_path):
    content = torch.load(run.checkpoint, weights_only=True)
    key = next(name for name in content['state_dict'] if name.endswith('weight'))
    content['state_dict'][key].view(-1)[0] = float('nan')
    torch.save(content, tmp_path / 'nan.pth')
    for name, *arguments in (
        ('test.py', tmp_path / 'nan.pth'),
        ('train.py', '--cfg-options', f'load_from={tmp_path / "nan.pth"}'),
    ):
        process = run(name, *arguments)
        assert process.returncode == 2, process.stderr
        said = process.stderr.strip().splitlines()[-1]
        assert 'has weights that are NaN or infinite: 1 of' in said


def test_a_plain_pickle(run, tmp_path):
    (tmp_path / 'evil.pth').write_bytes(pickle.dumps(Touch(tmp_path / 'executed')))
    process = run('test.py', tmp_path / 'evil.pth')
    assert process.returncode == 2
    assert not (tmp_path / 'executed').exists()

# SPDX-License-Identifier: Apache-2.0
import functools
import http.server
import os
import re
import threading

import pytest
from saved_run import DAMAGE, config, flip, save

from mmmetaformer.compat import checkpoint_reader
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.resume import use_resume

pytestmark = pytest.mark.faults('checkpoint that is damaged, empty or of another run')


@pytest.fixture
def cfg(tmp_path):
    return config(tmp_path)


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Serve a folder, and return its address."""
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'torch'))
    quiet = type(
        'Quiet',
        (http.server.SimpleHTTPRequestHandler,),
        {'log_message': lambda *_: None},
    )
    server = http.server.ThreadingHTTPServer(
        ('127.0.0.1', 0), functools.partial(quiet, directory=str(tmp_path))
    )
    serve = functools.partial(server.serve_forever, poll_interval=0.01)
    threading.Thread(target=serve, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}'
    server.shutdown()


@pytest.mark.parametrize('damage', DAMAGE)
def test_an_address_is_checked_like_a_file(cfg, tmp_path, site, damage):
    good = save(tmp_path / 'work/iter_2.pth')
    spoil, what = DAMAGE[damage]
    spoil(save(tmp_path / 'there/iter_8.pth'))
    with pytest.raises(ConfigError) as error:
        use_resume(cfg, f'{site}/there/iter_8.pth')
    assert what in str(error.value)
    assert str(error.value).endswith(f'. The newest good checkpoint: --resume {good}')


def test_an_address(cfg, tmp_path, site, capsys):
    save(tmp_path / 'there/iter_8.pth')
    checkpoint = use_resume(cfg, f'{site}/there/iter_8.pth')
    assert cfg.load_from == checkpoint.path == f'{site}/there/iter_8.pth'
    assert (cfg.resume, checkpoint.steps) == (True, 8)
    assert 'warning' not in capsys.readouterr().err


def test_a_damaged_download_is_downloaded_again(cfg, tmp_path, site):
    address = f'{site}/there/iter_8.pth'
    flip(save(tmp_path / 'there/iter_8.pth'))
    with pytest.raises(ConfigError, match=r'Delete (\S+) to download') as error:
        use_resume(cfg, address)
    save(tmp_path / 'there/iter_8.pth')
    os.unlink(re.search(r'Delete (\S+)', str(error.value))[1])
    assert use_resume(cfg, address).steps == 8


def test_a_pointer_to_another_backend(cfg, tmp_path, monkeypatch):
    save(tmp_path / 'work/iter_1.pth', pointer=False)
    (tmp_path / 'work/last_checkpoint').write_text('s3://bucket/iter_3.pth')
    file = save(tmp_path / 'bucket/iter_3.pth')
    store = type('Store', (), {'get': lambda self, name: file.read_bytes()})()
    monkeypatch.setattr(checkpoint_reader, 'get_file_backend', lambda *_, **__: store)
    use_resume(cfg, 'auto')
    assert cfg.load_from == 's3://bucket/iter_3.pth'
    flip(file)
    with pytest.raises(ConfigError, match=r's3://bucket/iter_3.pth is damaged'):
        use_resume(cfg, 'auto')

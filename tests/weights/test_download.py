# SPDX-License-Identifier: Apache-2.0
"""Download from a server that is slow, interrupts, or has another file."""

import hashlib
import re
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.weights import download as module
from mmmetaformer.weights.download import download
from mmmetaformer.weights.source import locate

BODY = bytes(range(256)) * 4096  # 1 MiB
SHA256 = hashlib.sha256(BODY).hexdigest()


class Server(ThreadingHTTPServer):
    """Return BODY at any path, as the attributes say."""

    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.body = BODY
        self.tag = '"one"'
        self.tag_header = 'ETag'
        self.breaks = 0  # number of responses that stop halfway
        self.pause = 0.0  # seconds between the parts
        self.status = 200
        self.careless = False  # ignores If-Range
        self.asked = []  # Range header of each request

    def url(self, name='weights.pth'):
        return f'http://127.0.0.1:{self.server_port}/{name}'


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get('Range')
        server.asked.append(wanted)
        if server.status != 200:
            self.send_error(server.status)
            return
        body, start = server.body, 0
        same = self.headers.get('If-Range') == server.tag
        if wanted and (same or server.careless):
            start = int(re.fullmatch(r'bytes=(\d+)-', wanted)[1])
        if start >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if server.tag:
            self.send_header(server.tag_header, server.tag)
        self.send_header('Content-Length', str(len(body) - start))
        self.end_headers()
        body = body[start:]
        if server.breaks:
            server.breaks -= 1
            body = body[: len(body) // 2]
        step = len(BODY) // 8
        for begin in range(0, len(body), step):
            self.wfile.write(body[begin : begin + step])
            time.sleep(server.pause)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(module, 'PAUSE', 0.01)
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def target(tmp_path):
    return tmp_path / 'cache' / 'weights.pth'


def left(target):
    """Return the files in the cache, without the lock."""
    return sorted(f.name for f in target.parent.iterdir() if f.suffix != '.lock')


def test_a_file_is_downloaded(server, target):
    download(server.url(), target, sha256=SHA256)
    assert target.read_bytes() == BODY
    assert left(target) == ['weights.pth']


def test_progress(server, target, capsys):
    server.pause = 0.05
    download(server.url(), target)
    bar = capsys.readouterr().err
    assert 'weights.pth' in bar
    assert '100%' in bar
    assert '1.05M' in bar


def test_an_interrupted_download_resumes(server, target):
    server.breaks = 2
    download(server.url(), target, sha256=SHA256)
    assert target.read_bytes() == BODY
    half = len(BODY) // 2
    assert server.asked == [None, f'bytes={half}-', f'bytes={half + half // 2}-']


def test_a_later_run_resumes(server, target):
    server.breaks = 5
    with pytest.raises(
        ConfigError, match=r'(?s)interrupted 5 times.*Run the same command'
    ):
        download(server.url(), target)
    assert not target.exists()
    download(server.url(), target, sha256=SHA256)
    assert server.asked[-1] is not None


def test_a_file_that_has_changed_is_downloaded_from_the_start(server, target):
    server.breaks = 5
    with pytest.raises(ConfigError):
        download(server.url(), target)
    server.body, server.tag = BODY[::-1], '"two"'
    download(server.url(), target)
    assert target.read_bytes() == BODY[::-1]


def test_a_server_that_ignores_if_range_is_asked_from_the_start(server, target):
    server.breaks = 5
    with pytest.raises(ConfigError):
        download(server.url(), target)
    server.body, server.tag, server.careless = BODY[::-1], '"two"', True
    download(server.url(), target)
    assert target.read_bytes() == BODY[::-1]


def test_a_web_page_is_deleted(server, target):
    server.body = b'<!DOCTYPE html><html>Sign in</html>'
    with pytest.raises(ConfigError, match='returned a web page'):
        download(server.url(), target)
    assert left(target) == []


def test_a_part_as_long_as_the_new_file_is_deleted(server, target):
    """Check that the error 416 of the server starts the download again."""
    server.breaks = 5
    with pytest.raises(ConfigError):
        download(server.url(), target)
    server.body, server.careless = BODY[:1000], True
    server.asked.clear()
    download(server.url(), target)
    assert target.read_bytes() == BODY[:1000]
    assert server.asked[1:] == [None]


def test_last_modified_serves_as_a_tag(server, target):
    server.tag_header, server.tag = 'Last-Modified', 'Tue, 01 Jul 2025 00:00:00 GMT'
    server.breaks = 1
    download(server.url(), target, sha256=SHA256)
    assert server.asked == [None, f'bytes={len(BODY) // 2}-']


def test_a_weak_tag_does_not_resume(server, target):
    server.tag, server.breaks = 'W/"one"', 1
    download(server.url(), target, sha256=SHA256)
    assert server.asked == [None, None]


@pytest.mark.parametrize('status', [500, 503])
def test_a_server_error_is_retried(server, target, status):
    server.status = status
    with pytest.raises(ConfigError, match='interrupted 5 times'):
        download(server.url(), target)
    assert len(server.asked) == 5


def test_an_empty_tag_starts_again(server, target):
    target.parent.mkdir()
    target.with_name('weights.pth.part').write_bytes(b'old')
    target.with_name('weights.pth.part.tag').write_text('')
    download(server.url(), target, sha256=SHA256)


def test_without_a_tag_the_download_does_not_resume(server, target):
    server.tag, server.breaks = None, 1
    download(server.url(), target, sha256=SHA256)
    assert server.asked == [None, None]


def test_a_cached_file_needs_no_server(server, target):
    download(server.url(), target)
    server.status = 500
    download(server.url(), target, sha256=SHA256)
    assert len(server.asked) == 1


def test_not_found(server, target):
    server.status = 404
    with pytest.raises(ConfigError, match=r'(?s)returned 404 .*put it at .*weights'):
        download(server.url(), target)
    assert len(server.asked) == 1


def test_unreachable(server, target):
    url = server.url()
    server.server_close()
    with pytest.raises(
        ConfigError, match=rf'(?s){url} cannot be reached .*init_cfg=None'
    ):
        download(url, target)


def test_a_file_with_another_hash_is_deleted(server, target):
    with pytest.raises(ConfigError, match=f'SHA-256 {SHA256}, expected 000'):
        download(server.url(), target, sha256='0' * 64)
    assert left(target) == []


def test_a_cached_file_is_checked_too(server, target):
    download(server.url(), target)
    target.write_bytes(b'cut off')
    with pytest.raises(ConfigError, match='Delete it to download it again'):
        download(server.url(), target, sha256=SHA256)


def test_two_processes_download_once(server, target):
    server.pause = 0.1
    script = (
        'import sys; from pathlib import Path; '
        'from mmmetaformer.weights.download import download; '
        'download(sys.argv[1], Path(sys.argv[2]))'
    )
    command = [sys.executable, '-c', script, server.url(), str(target)]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(server.asked) == 1
    assert target.read_bytes() == BODY


def test_the_place_in_the_cache(server, tmp_path, monkeypatch):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    path = locate(server.url(f'backbone_20220414-{SHA256[:8]}.pth'))
    assert path.parent == tmp_path / 'hub' / 'checkpoints'
    with pytest.raises(ConfigError, match='expected 1234567a'):
        locate(server.url('backbone-1234567a.pth'))
    locate(server.url('mine-20240115.pth'))  # a date
    locate(server.url('caformer-b36.pth'))  # a size, though hexadecimal
    one, two = server.url('a/model.pth'), server.url('b/model.pth')
    assert locate(one) != locate(two)
    outside = locate(server.url('%2Ftmp%2Fescaped.bin'))
    assert outside.parent == path.parent
    with pytest.raises(ConfigError, match='not the address of a file'):
        locate(server.url('..%2F..'))

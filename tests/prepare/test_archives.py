# SPDX-License-Identifier: Apache-2.0
"""Official archives from a local server: interrupted, damaged, too large."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from mmmetaformer.errors import ConfigError
from mmmetaformer.prepare.archives import unpack as unpack_module
from mmmetaformer.prepare.archives.fetch import fetch
from mmmetaformer.prepare.archives.official import OFFICIAL, Archive, OfficialSet
from mmmetaformer.prepare.new_folder import new_folder
from mmmetaformer.weights import download as download_module

NUMBER = 6


class ArchiveServer(ThreadingHTTPServer):
    """Return the files of a folder; some responses stop halfway."""

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(('127.0.0.1', 0), ArchiveHandler)
        self.folder = folder
        self.breaks = 0
        self.pause = 0.0
        self.asked = []


class ArchiveHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get('Range')
        server.asked.append((self.path, wanted))
        file = server.folder / self.path.strip('/')
        if not file.is_file():
            self.send_error(404)
            return
        body = file.read_bytes()
        start = int(re.fullmatch(r'bytes=(\d+)-', wanted)[1]) if wanted else 0
        self.send_response(206 if start else 200)
        self.send_header('ETag', f'"{hashlib.sha1(body).hexdigest()}"')
        self.send_header('Content-Length', str(len(body) - start))
        self.end_headers()
        body = body[start:]
        if server.breaks:
            server.breaks -= 1
            body = body[: len(body) // 2]
        for begin in range(0, len(body), 1000):
            self.wfile.write(body[begin : begin + 1000])
            time.sleep(server.pause)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setattr(download_module, 'PAUSE', 0.001)
    (tmp_path / 'server').mkdir()
    server = ArchiveServer(tmp_path / 'server')
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def zipped(path, content):
    with zipfile.ZipFile(path, 'w') as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def pictures(folder):
    return {f'{folder}/{index}.jpg': os.urandom(2000) for index in range(NUMBER)}


@pytest.fixture
def small(server):
    """Archives with COCO's layout on the server."""
    url = f'http://127.0.0.1:{server.server_port}/'
    truth = {
        'annotations/instances_val2017.json': b'{}',
        'annotations/captions_val2017.json': b'[]',
    }
    archives = []
    for name, content, taken in (
        ('annotations.zip', truth, 'annotations/instances_val2017.json'),
        ('val2017.zip', pictures('val2017'), 'val2017'),
    ):
        data = zipped(server.folder / name, content).read_bytes()
        counts = {'val2017': NUMBER} if taken == 'val2017' else {}
        md5 = hashlib.md5(data).hexdigest()
        archives.append(Archive(url + name, (taken,), counts, len(data), md5, 12_000))
    return archives


def names(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob('*') if p.is_file())


COMPLETE = [
    'annotations/instances_val2017.json',
    *(f'val2017/{index}.jpg' for index in range(NUMBER)),
]


def test_all_is_fetched(server, small, tmp_path):
    out = tmp_path / 'out'
    lines = fetch(small, out, None, keep=False)
    assert names(out) == COMPLETE
    assert lines[1] == 'val2017: size and MD5 and the CRC of each file verified'
    asked = len(server.asked)
    assert fetch(small, out, None, keep=False)[0].endswith(': there already')
    assert len(server.asked) == asked


def test_archives_are_kept(small, tmp_path):
    fetch(small, tmp_path / 'out', None, keep=True)
    kept = [name for name in names(tmp_path / 'out') if name.endswith('.zip')]
    assert kept == ['.archives/annotations.zip', '.archives/val2017.zip']


def test_an_interrupted_download_resumes_in_the_next_run(server, small, tmp_path):
    server.breaks = 5
    with pytest.raises(ConfigError, match='interrupted 5 times'):
        fetch(small, tmp_path / 'out', None, keep=False)
    assert not any(name in COMPLETE for name in names(tmp_path / 'out'))
    fetch(small, tmp_path / 'out', None, keep=False)
    assert server.asked[5][1] is not None
    assert names(tmp_path / 'out') == COMPLETE


def test_an_interrupted_unpacking_is_done_again(server, small, tmp_path, monkeypatch):
    out = tmp_path / 'out'
    write = unpack_module._write

    def interrupted(archive, member, part, progress):
        if member.filename.endswith('3.jpg'):
            raise KeyboardInterrupt
        write(archive, member, part, progress)

    monkeypatch.setattr(unpack_module, '_write', interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(small, out, None, keep=False)
    assert not (out / 'val2017').exists()
    assert (out / COMPLETE[0]).is_file()
    monkeypatch.setattr(unpack_module, '_write', write)
    asked = len(server.asked)
    fetch(small, out, None, keep=False)
    assert names(out) == COMPLETE
    assert len(server.asked) == asked  # the archive was there


@pytest.mark.parametrize('moment', ['download', 'unpack'])
def test_a_killed_process(server, small, tmp_path, moment):
    """Whatever it was doing, nothing has a final name, and the next run completes."""
    out = tmp_path / 'out'
    server.pause = 0.02 if moment == 'download' else 0
    slow = 'unpack._write = lambda *a, w=unpack._write: (w(*a), time.sleep(0.2))'
    code = f"""
import time
from pathlib import Path
from mmmetaformer.prepare.archives import unpack
from mmmetaformer.prepare.archives.fetch import fetch
from mmmetaformer.prepare.archives.official import Archive
from mmmetaformer.weights import download
download.CHUNK = 1000
{slow if moment == 'unpack' else ''}
fetch({small[1:]!r}, Path({str(out)!r}), None, False)
"""
    process = subprocess.Popen([sys.executable, '-c', code], stderr=subprocess.DEVNULL)
    begun = {
        'download': out / '.archives/val2017.zip.part',
        'unpack': out / '.val2017.zip.part/val2017/1.jpg',
    }[moment]
    limit = time.monotonic() + 60
    while not (begun.exists() and begun.stat().st_size > 900):
        assert process.poll() is None, 'it ended too early'
        assert time.monotonic() < limit
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / 'val2017').exists()
    server.pause = 0
    fetch(small, out, None, keep=False)
    assert names(out) == COMPLETE
    resumed = [wanted for _, wanted in server.asked if wanted]
    assert bool(resumed) == (moment == 'download')


@pytest.mark.parametrize(
    ('known', 'fault'),
    [
        (dict(md5='0' * 32), r'has MD5 \w+, expected 0000'),
        (dict(size=5), r'bytes, expected 5: it was cut off'),
        (dict(taken=('train2017',), counts={}), 'has no train2017: it is another'),
        (dict(counts={'val2017': 9}), 'has 6 files in val2017, expected 9'),
    ],
)
def test_another_archive(small, tmp_path, known, fault):
    with pytest.raises(ConfigError, match=fault):
        fetch([replace(small[1], **known)], tmp_path / 'out', None, keep=False)
    assert not (tmp_path / 'out/val2017').exists()


def test_a_damaged_file_is_found_by_its_crc(server, small, tmp_path):
    data = bytearray((server.folder / 'val2017.zip').read_bytes())
    data[500] ^= 255
    (server.folder / 'val2017.zip').write_bytes(bytes(data))
    with pytest.raises(ConfigError, match='is damaged .*Bad CRC-32'):
        fetch([replace(small[1], md5=None)], tmp_path / 'out', None, keep=False)
    assert not (tmp_path / 'out/val2017').exists()


def test_a_web_page(server, small, tmp_path):
    (server.folder / 'val2017.zip').write_bytes(b'<html>Sign in</html>')
    with pytest.raises(ConfigError, match='web page instead of an archive') as error:
        fetch(small[1:], tmp_path / 'out', None, keep=False)
    assert '--from FOLDER' in str(error.value)


def test_from_a_folder_of_archives(server, small, tmp_path):
    fetch(small, tmp_path / 'out', server.folder, keep=False)
    assert names(tmp_path / 'out') == COMPLETE
    assert len(names(server.folder)) == 2
    assert server.asked == []


def test_from_a_folder_with_the_content(server, small, tmp_path):
    fetch(small, tmp_path / 'first', None, keep=False)
    asked = len(server.asked)
    lines = fetch(small, tmp_path / 'out', tmp_path / 'first', keep=False)
    assert 'taken unpacked, hard links' in lines[0]
    assert names(tmp_path / 'out') == COMPLETE
    assert len(server.asked) == asked
    (tmp_path / 'first/val2017/0.jpg').unlink()
    with pytest.raises(ConfigError, match='has 5 files in val2017, expected 6'):
        fetch(small, tmp_path / 'other', tmp_path / 'first', keep=False)


def test_a_folder_that_somebody_began(small, tmp_path):
    (tmp_path / 'out/val2017').mkdir(parents=True)
    with pytest.raises(ConfigError, match='has 0 files in val2017, expected 6. Delete'):
        fetch(small, tmp_path / 'out', None, keep=False)


def test_a_disk_that_is_too_small(server, small, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    full = type(usage)(usage.total, usage.total, 20_000)
    monkeypatch.setattr(shutil, 'disk_usage', lambda _: full)
    with pytest.raises(ConfigError, match='has 20 kB free, and while .* takes up to 3'):
        fetch(small, tmp_path / 'out', None, keep=False)
    assert server.asked == []


def test_the_command(prepare, server, small, tmp_path, monkeypatch):
    out = tmp_path / 'out'
    own = OfficialSet(tuple(small), 'data/coco', '', 'configs/mask.py', 'TERMS')
    monkeypatch.setitem(OFFICIAL, 'coco', own)
    said = prepare('coco', '--out', out)
    assert said.startswith('Terms of use: TERMS')
    assert f'train.py configs/mask.py --data-root {out}' in said


def test_official_sets_are_those_of_the_configs(root):
    from mmengine.config import Config

    for name, config in (('coco', 'coco_instance'), ('ade20k', 'ade20k')):
        official = OFFICIAL[name]
        cfg = Config.fromfile(root / f'configs/_base_/datasets/{config}.py')
        data_root = os.path.join(official.target, official.data_root)
        assert cfg.data_root.rstrip('/') == data_root.rstrip('/')
        assert (root / official.config).is_file()


def test_another_process_that_unpacks(small, tmp_path):
    """What it has moved in so far is no fault."""
    out = tmp_path / 'out'
    (out / 'val2017').mkdir(parents=True)
    with (
        FileLock(out / '.prepare.lock'),
        pytest.raises(ConfigError, match='another process fills'),
    ):
        fetch(small, out, None, keep=False)


def removed_locks(monkeypatch):
    """Return whether each lock file that is removed is held then."""
    held = []
    unlink = Path.unlink

    def watched(path, **options):
        if path.name.endswith('.lock'):
            try:
                with FileLock(path, timeout=0):
                    held.append(False)
            except Timeout:
                held.append(True)
        unlink(path, **options)

    monkeypatch.setattr(Path, 'unlink', watched)
    return held


def test_locks_are_removed_while_they_are_held(small, tmp_path, monkeypatch):
    held = removed_locks(monkeypatch)
    fetch(small[:1], tmp_path / 'out', None, keep=True)
    with new_folder(tmp_path / 'new', '--out'):
        pass
    assert held == [True, True]
    assert not list(tmp_path.glob('.new*'))
    assert not (tmp_path / 'out/.prepare.lock').exists()

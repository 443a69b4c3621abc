# SPDX-License-Identifier: Apache-2.0
import json
import logging
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mmmetaformer
from mmmetaformer.datasets.sample_data import ADE20K, folder, write_coco
from mmmetaformer.datasets.sample_data.folder import STAMP_NAME, write_folder
from mmmetaformer.datasets.sample_data.spec import SampleSpec
from mmmetaformer.errors import ConfigError

SMALL = {'num_train': 1, 'num_val': 1, 'image_size': 64, 'seed': 0}
ONE, TWO = {'dataset': 'test', 'seed': 1}, {'dataset': 'test', 'seed': 2}


def put(text):
    """Return a `fill` that writes one file."""
    return lambda part: (part / 'content').write_text(text)


def never(*_, **__):
    raise AssertionError('called again')


def content(root):
    return (root / 'content').read_text()


def start(code, *arguments):
    """Start Python code in another process."""
    return subprocess.Popen(
        [sys.executable, '-c', code, *map(str, arguments)],
        cwd=Path(mmmetaformer.__file__).parents[1],
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, 'timeout: the other process is stuck'
        time.sleep(0.01)


def test_same_stamp_reuses_the_folder(tmp_path):
    root = tmp_path / 'set'
    write_folder(root, ONE, put('a'))
    before = {path: path.stat().st_mtime_ns for path in (root, *root.iterdir())}
    write_folder(root, ONE, never)
    assert {path: path.stat().st_mtime_ns for path in (root, *root.iterdir())} == before


@pytest.mark.parametrize('write', [write_coco, ADE20K.write])
def test_same_arguments_reuse_the_folder_and_draw_nothing(tmp_path, monkeypatch, write):
    root = tmp_path / 'set'
    write(root, **SMALL)
    before = {path: path.stat().st_mtime_ns for path in root.rglob('*')}
    monkeypatch.setattr(SampleSpec, 'scene', never)
    write(str(root), **SMALL)
    assert {path: path.stat().st_mtime_ns for path in root.rglob('*')} == before


@pytest.mark.parametrize('name', SMALL)
def test_every_argument_is_in_the_stamp(tmp_path, name):
    root = tmp_path / 'set'
    write_coco(root, **SMALL)
    other = {**SMALL, name: SMALL[name] + 1}
    write_coco(root, **other)
    stamp = json.loads((root / STAMP_NAME).read_text('utf-8'))
    assert {key: stamp[key] for key in other} == other


def test_another_stamp_is_replaced_with_a_warning(tmp_path, caplog):
    root = tmp_path / 'set'
    write_folder(root, ONE, put('a'))
    (root / 'left over').touch()
    with caplog.at_level(logging.WARNING):
        write_folder(root, TWO, put('b'))
    assert str(root) in caplog.text
    assert sorted(path.name for path in root.iterdir()) == ['content', STAMP_NAME]
    assert content(root) == 'b'
    assert list(tmp_path.iterdir()) == [root]


def test_another_data_set_or_format_is_replaced(tmp_path, monkeypatch):
    root = tmp_path / 'set'
    ADE20K.write(root, **SMALL)
    write_coco(root, **SMALL)
    assert not (root / 'images').exists()
    write_folder(root, ONE, put('a'))
    monkeypatch.setattr(folder, 'FORMAT', folder.FORMAT + 1)
    write_folder(root, ONE, put('b'))
    assert content(root) == 'b'


@pytest.mark.parametrize('stamp', [None, '', '[]', '{"seed": 1}', 'not json'])
def test_folder_without_a_stamp_is_refused_and_not_changed(tmp_path, stamp):
    root = tmp_path / 'set'
    root.mkdir()
    (root / 'precious').write_text('mine')
    if stamp is not None:
        (root / STAMP_NAME).write_text(stamp)
    before = sorted(root.iterdir())
    with pytest.raises(ConfigError, match=r'another folder, or delete') as error:
        write_folder(root, ONE, never)
    assert str(root) in str(error.value)
    assert sorted(root.iterdir()) == before
    assert (root / 'precious').read_text() == 'mine'
    assert list(tmp_path.iterdir()) == [root]


def test_file_at_the_path_is_refused(tmp_path):
    root = tmp_path / 'set'
    root.write_text('mine')
    with pytest.raises(ConfigError):
        write_folder(root, ONE, never)
    assert root.read_text() == 'mine'


def test_link_is_followed(tmp_path):
    target = tmp_path / 'disk' / 'set'
    link = tmp_path / 'set'
    link.symlink_to(target)
    write_folder(link, ONE, put('a'))
    write_folder(link, TWO, put('b'))
    assert link.is_symlink()
    assert content(target) == 'b'


def test_failure_leaves_nothing(tmp_path):
    def fail(part):
        put('half')(part)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / 'set', ONE, fail)
    assert list(tmp_path.iterdir()) == []


def test_stamp_is_written_last(tmp_path):
    def fill(part):
        assert not (part / STAMP_NAME).exists()
        put('a')(part)

    write_folder(tmp_path / 'set', ONE, fill)


def test_second_process_uses_the_folder_of_the_first(tmp_path):
    root = tmp_path / 'set'

    def fill(part):
        put('loser')(part)
        write_folder(root, ONE, put('winner'))

    write_folder(root, ONE, fill)
    assert content(root) == 'winner'
    assert list(tmp_path.iterdir()) == [root]


def test_folder_without_a_stamp_that_appears_later_is_not_changed(tmp_path):
    root = tmp_path / 'set'

    def fill(part):
        root.mkdir()
        (root / 'precious').write_text('mine')

    with pytest.raises(OSError, match='set'):
        write_folder(root, ONE, fill)
    assert (root / 'precious').read_text() == 'mine'
    assert list(tmp_path.iterdir()) == [root]


def test_late_process_does_not_remove_a_finished_folder(tmp_path, monkeypatch):
    root = tmp_path / 'set'
    write_folder(root, ONE, put('old'))
    read_stamp = folder._read_stamp

    def read_then_be_overtaken(path):
        monkeypatch.setattr(folder, '_read_stamp', read_stamp)
        stamp = read_stamp(path)
        write_folder(root, TWO, put('winner'))
        return stamp

    monkeypatch.setattr(folder, '_read_stamp', read_then_be_overtaken)
    write_folder(root, TWO, put('loser'))
    assert content(root) == 'winner'
    assert list(tmp_path.iterdir()) == [root]


RACE = """
import hashlib, sys, time
from pathlib import Path
from mmmetaformer.datasets.sample_data import write_coco
root, go, ready = map(Path, sys.argv[1:])
ready.touch()
while not go.exists():
    time.sleep(0.001)
for seed in (1, 2):
    numbers = dict(num_train=3, num_val=1, image_size=64, seed=seed)
    write_coco(root / str(seed), **numbers)
write_coco(root / 'old', num_train=3, num_val=1, image_size=64, seed=3)
digest = hashlib.sha256()
for path in sorted(root.glob('[!.]*/**/*')):
    if path.is_file():
        digest.update(str(path).encode() + path.read_bytes())
print(digest.hexdigest())
"""


def test_parallel_processes_write_one_complete_folder(tmp_path):
    root, go = tmp_path / 'root', tmp_path / 'go'
    write_coco(root / 'old', **SMALL)
    flags = [tmp_path / str(rank) for rank in range(3)]
    processes = [start(RACE, root, go, flag) for flag in flags]
    wait_for(lambda: all(flag.exists() for flag in flags))
    go.touch()
    digests = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(set(digests)) == 1
    assert sorted(path.name for path in root.iterdir()) == ['1', '2', 'old']
    for name in ('1', '2', 'old'):
        assert len(list((root / name).rglob('*.jpg'))) == 4


ENDLESS = """
import sys
from mmmetaformer.datasets.sample_data import write_coco
write_coco(sys.argv[1], num_train=10**6, num_val=1, image_size=64, seed=0)
"""


def test_killed_process_leaves_no_folder(tmp_path):
    root = tmp_path / 'set'
    process = start(ENDLESS, root)
    wait_for(lambda: len(list(tmp_path.rglob('*.jpg'))) > 2)
    process.kill()
    process.communicate(timeout=60)
    assert not root.exists()
    assert all(path.name.startswith('.') for path in tmp_path.iterdir())
    write_coco(root, **SMALL)
    assert len(list(root.rglob('*.jpg'))) == 2

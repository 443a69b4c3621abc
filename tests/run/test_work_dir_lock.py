# SPDX-License-Identifier: Apache-2.0
import errno
import fcntl
import os
import socket
import subprocess
import sys
import time

import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.run import work_dir_lock
from mmmetaformer.run.work_dir_lock import LOCK, WorkDirLock

pytestmark = pytest.mark.faults('work dir of another run')
HOLDER = """
import os, sys, time
from pathlib import Path
from mmmetaformer.run.work_dir_lock import WorkDirLock

with WorkDirLock([Path(sys.argv[1])]) as lock:
    lock.create()
    worker = os.fork()  # as the workers of a data loader
    if worker == 0:
        time.sleep(60)
    print(worker, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds a folder; its worker outlives it."""
    process = subprocess.Popen(
        [sys.executable, '-c', HOLDER, tmp_path], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    worker = int(process.stdout.readline())
    yield process
    process.kill()
    process.wait()
    os.kill(worker, 9)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(work_dir_lock, 'WAIT_HERE', 0.3)
    monkeypatch.setattr(work_dir_lock, 'WAIT_ELSEWHERE', 1.0)


def take(folder):
    with WorkDirLock([folder]) as lock:
        lock.create()
        return lock.holds_all


def test_the_lock_dies_with_its_process(holder, tmp_path):
    with pytest.raises(ConfigError) as error:
        take(tmp_path)
    host = socket.gethostname()
    assert str(error.value) == (
        f'another run trains in {tmp_path}: process {holder.pid} on {host}. Wait for '
        'it, end it, or choose another folder: --work-dir'
    )
    holder.kill()
    holder.wait()
    assert take(tmp_path)


def test_waits_longer_for_another_machine(holder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(socket, 'gethostname', lambda: 'node2')
    start = time.monotonic()
    with pytest.raises(ConfigError, match='another run trains in'):
        take(tmp_path)
    assert time.monotonic() - start > 1
    said = capsys.readouterr().err
    assert said.count('\n') == 1
    assert f'is locked by process {holder.pid} on ' in said


def test_creates_nothing_before_it_is_told_to(tmp_path):
    there, to_come = tmp_path / 'there', tmp_path / 'to' / 'come'
    there.mkdir()
    with WorkDirLock([there, to_come]) as lock:
        assert (there / LOCK).is_file()
        assert not to_come.exists()
        assert not lock.holds_all
        lock.create()
        assert (to_come / LOCK).is_file()
        assert lock.holds_all
    assert not lock.holds_all


def test_only_the_first_process_holds_it(tmp_path, monkeypatch):
    monkeypatch.setenv('RANK', '1')
    with WorkDirLock([tmp_path]) as lock:
        lock.create()
        assert not lock.holds_all
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('number', [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_locks(number, tmp_path, monkeypatch, capsys):
    def refuse(handle, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, 'lockf', refuse)
    assert not take(tmp_path)
    said = capsys.readouterr().err
    assert 'has no locks' in said
    assert said.startswith('warning: ')


def test_a_folder_that_cannot_be_written():
    with pytest.raises(
        ConfigError, match=r'/proc/self cannot be written: .*--work-dir'
    ):
        take(work_dir_lock.Path('/proc/self'))

# SPDX-License-Identifier: Apache-2.0
import errno
import os
import stat

import pytest
from mmengine.fileio import LocalBackend

from mmmetaformer.compat.atomic_save import target_of_temporary


def test_writes_the_bytes_and_creates_the_folder(tmp_path):
    target = tmp_path / 'new' / 'epoch_1.pth'
    LocalBackend().put(b'weights', target)
    assert target.read_bytes() == b'weights'
    assert os.listdir(target.parent) == ['epoch_1.pth']


def test_file_mode_is_the_default(tmp_path):
    (tmp_path / 'ordinary').write_bytes(b'')
    LocalBackend().put(b'', tmp_path / 'checkpoint')
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_failed_write_leaves_the_old_file(tmp_path):
    target = tmp_path / 'last.pth'
    LocalBackend().put(b'old', target)
    with pytest.raises(TypeError):
        LocalBackend().put('no bytes', target)
    assert target.read_bytes() == b'old'
    assert os.listdir(tmp_path) == ['last.pth']


def test_is_synced_before_it_is_named(tmp_path, monkeypatch):
    parts = []

    def watched(name):
        original = getattr(os, name)

        def call(*arguments):
            is_folder = name == 'fsync' and stat.S_ISDIR(os.fstat(arguments[0]).st_mode)
            parts.append('sync folder' if is_folder else name)
            return original(*arguments)

        monkeypatch.setattr(os, name, call)

    watched('fsync')
    watched('replace')
    LocalBackend().put(b'weights', tmp_path / 'a.pth')
    assert parts == ['fsync', 'replace', 'sync folder']


@pytest.mark.parametrize('number', [errno.EINVAL, errno.EOPNOTSUPP, errno.EIO])
def test_file_systems_that_cannot_sync_folders(tmp_path, monkeypatch, number):
    fsync = os.fsync

    def refuse_folders(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(handle)

    monkeypatch.setattr(os, 'fsync', refuse_folders)
    if number == errno.EIO:
        with pytest.raises(OSError, match=os.strerror(number)):
            LocalBackend().put(b'weights', tmp_path / 'a.pth')
    else:
        LocalBackend().put(b'weights', tmp_path / 'a.pth')
        assert (tmp_path / 'a.pth').read_bytes() == b'weights'


def test_the_names_of_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr(os, 'replace', lambda source, target: None)
    LocalBackend().put(b'', tmp_path / 'iter_4.pth')
    (temporary,) = os.listdir(tmp_path)
    assert target_of_temporary(temporary) == 'iter_4.pth'
    assert target_of_temporary('.iter_4.pth') is None
    assert target_of_temporary('iter_4.pth.abcd1234') is None

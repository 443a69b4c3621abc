# SPDX-License-Identifier: Apache-2.0
import os

import pytest
from mmengine.fileio import LocalBackend


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

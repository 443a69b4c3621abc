# SPDX-License-Identifier: Apache-2.0
import subprocess
import sys

import pytest

from mmmetaformer.errors import ConfigError
from mmmetaformer.run.work_dir_argument import check_work_dir_exists
from mmmetaformer.run.work_dir_lock import LOCK, is_held


def test_folders_that_are_no_work_dir(tmp_path):
    (tmp_path / 'upernet').mkdir()
    with pytest.raises(ConfigError, match=r"does not exist\. Did you mean '.*upernet'"):
        check_work_dir_exists(f'{tmp_path}/upernt')
    with pytest.raises(ConfigError, match='has no log of a training run'):
        check_work_dir_exists(f'{tmp_path}/upernet')
    (tmp_path / 'file').touch()
    with pytest.raises(ConfigError, match='is a file'):
        check_work_dir_exists(f'{tmp_path}/file')
    start = tmp_path / 'upernet/20260101_000000'
    (start / 'vis_data').mkdir(parents=True)
    (start / 'vis_data/scalars.json').touch()
    check_work_dir_exists(f'{tmp_path}/upernet')
    with pytest.raises(ConfigError, match=f'Name the work dir: {tmp_path}/upernet'):
        check_work_dir_exists(str(start))


def test_lock_of_another_process(tmp_path):
    assert not is_held(tmp_path)
    (tmp_path / LOCK).touch()
    assert not is_held(tmp_path)
    code = (
        'import fcntl, sys; file = open(sys.argv[1], "r+"); '
        'fcntl.lockf(file, fcntl.LOCK_EX); print("held", flush=True); input()'
    )
    command = [sys.executable, '-c', code, str(tmp_path / LOCK)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == 'held\n'
        assert is_held(tmp_path)
        process.communicate('\n')
    assert not is_held(tmp_path)

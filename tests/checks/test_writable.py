# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.checks.writable import check_file_writable, check_folder_writable
from mmmetaformer.errors import ConfigError


def test_nothing_is_left(tmp_path):
    check_folder_writable(tmp_path, '--work-dir')
    check_folder_writable(tmp_path / 'a' / 'b', '--work-dir')
    check_file_writable(tmp_path / 'a' / 'b.pkl', '--out')
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_the_way(tmp_path):
    file = tmp_path / 'file'
    file.touch()
    check_file_writable(file, '--out')
    link = tmp_path / 'link'
    link.symlink_to(tmp_path / 'nowhere')
    for path, reason in [
        (file, r'file cannot be written: .*file is a file.*--work-dir'),
        (file / 'below', r'below cannot be written: .*file is a file'),
        (link, 'is a broken link'),
        (tmp_path / ('x' * 300), 'File name too long'),
    ]:
        with pytest.raises(ConfigError, match=reason):
            check_folder_writable(path, '--work-dir')
    with pytest.raises(ConfigError, match='it is a folder'):
        check_file_writable(tmp_path, '--out')


def test_a_file_system_that_refuses():
    with pytest.raises(ConfigError, match='/proc/runs cannot be written: .*--work-dir'):
        check_folder_writable('/proc/runs', '--work-dir')

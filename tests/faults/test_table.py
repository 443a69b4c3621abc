# SPDX-License-Identifier: Apache-2.0
"""The table of docs/reliability.md, which `make test-faults` prints."""

import shutil
import subprocess
import sys

import pytest

TESTS = """
import pytest


@pytest.mark.faults('a row')
@pytest.mark.parametrize('value', [0, 1])
def test_one(value):
    assert value


@pytest.mark.faults('another row')
def test_two():
    pytest.skip('not here')
"""
SKIPPED = "import pytest\npytest.skip('a whole file', allow_module_level=True)\n"


@pytest.mark.slow
def test_counts_by_row(root, tmp_path):
    folder = tmp_path / 'tests'
    folder.mkdir()
    for name in ('conftest', 'page_shell'):
        shutil.copy(root / f'tests/{name}.py', folder)
    for name, text in (('some', TESTS), ('skipped', SKIPPED)):
        (folder / f'part_{name}').mkdir()
        (folder / f'part_{name}/test_{name}.py').write_text(text)
    words = ['-m', 'pytest', '-q', '-m', 'faults', '-p', 'no:cacheprovider', folder]
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=tmp_path
    )
    rows = [line for line in done.stdout.splitlines() if line.startswith('| ')]
    assert rows == ['| a row | 1 of 2 |', '| another row | 0 of 0, 1 skipped |']

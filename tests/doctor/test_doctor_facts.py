# SPDX-License-Identifier: Apache-2.0
"""Looking at environments that are broken: real imports, in other processes."""

import subprocess
import sys

import pytest

from mmmetaformer.doctor import facts
from mmmetaformer.doctor.facts import import_all

MODULES = {
    'good': '__version__ = "1.2"; print("hello")',
    'raises': 'raise ImportError("libGL.so.1: cannot open shared object file")',
    'exits': 'import sys; sys.exit(3)',
    'dies': 'import os, signal; os.kill(os.getpid(), signal.SIGSEGV)',
    'ends': 'import os; os._exit(7)',
    'chained': 'try: import nowhere\nexcept ImportError as e: raise ValueError from e',
    'last': '__version__ = "3"',
}


@pytest.fixture
def broken(tmp_path, monkeypatch):
    for name, text in MODULES.items():
        (tmp_path / f'{name}.py').write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_each_import_has_a_result(broken):
    found = import_all(list(MODULES))
    assert list(found) == list(MODULES)
    assert found['good']['version'] == '1.2'
    assert found['good']['said'] == 'hello\n'
    assert found['good']['file'] == str(broken / 'good.py')
    assert found['raises']['error'].startswith('ImportError: libGL.so.1')
    assert found['exits']['error'] == 'SystemExit: 3'
    assert found['dies']['error'] == 'the import ended Python by SIGSEGV'
    assert found['ends']['error'].startswith('the import ended Python with status 7')
    assert "No module named 'nowhere'" in found['chained']['error']
    assert found['last']['version'] == '3'


def test_an_import_that_hangs(broken, monkeypatch):
    (broken / 'hangs.py').write_text('import time; time.sleep(60)')
    monkeypatch.setattr(facts, 'PATIENCE', 1)
    found = import_all(['hangs', 'last'])
    assert found['hangs']['error'] == 'the import did not end within 1 seconds'
    assert found['last']['version'] == '3'


def test_the_working_folder_is_not_searched(tmp_path, monkeypatch):
    (tmp_path / 'stray_module.py').touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr('sys.path', [p for p in sys.path if p])
    assert 'stray_module' in import_all(['stray_module'])['stray_module']['error']


@pytest.mark.parametrize(
    ('text', 'version'),
    [
        (
            'NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.95.05  Tue Sep',
            '580.95.05',
        ),
        ('NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.1  x', '570.1'),
    ],
)
def test_driver_of_the_kernel(tmp_path, monkeypatch, text, version):
    (tmp_path / 'version').write_text(text)
    monkeypatch.setattr(facts, 'DRIVER', tmp_path / 'version')
    assert facts._driver() == version


def test_a_machine_without_a_driver(tmp_path, monkeypatch):
    monkeypatch.setattr(facts, 'DRIVER', tmp_path / 'version')
    monkeypatch.setenv('PATH', str(tmp_path))
    assert facts._driver() is None
    tool = tmp_path / 'nvidia-smi'
    tool.write_text('#!/bin/sh\necho 550.54\n')
    tool.chmod(0o755)
    assert facts._driver() == '550.54'


def test_doctor_where_nothing_else_is_installed(root):
    """Neither the command nor the help of all commands needs torch or mmengine."""
    blocked = ('torch', 'numpy', 'mmengine', 'mmcv', 'mmdet', 'mmseg', 'cv2', 'msgspec')
    script = f"""
import sys
sys.path.insert(0, {str(root)!r})
sys.modules.update(dict.fromkeys({blocked!r}))
from mmmetaformer.doctor import facts
absent = dict(name='x', error="No module named 'x'")
facts.import_all = lambda names: dict.fromkeys(names, absent)
from mmmetaformer.commands import main
sys.argv = ['mmmetaformer', 'doctor']
main()
"""
    done = subprocess.run(
        [sys.executable, '-c', script], capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == ''
    assert 'operators of mmcv: none, it does not import' in done.stdout
    assert 'x is not installed, which numpy imports' in done.stdout

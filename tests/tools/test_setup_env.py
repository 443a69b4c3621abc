# SPDX-License-Identifier: Apache-2.0
"""What `tools/setup_env.sh` decides, with a script for Python that logs pip's words."""

import fcntl
import os
import shutil
import subprocess
import sys

import pytest

# Answers the script's questions under another version number. What it makes with
# `-m venv` answers in the same way.
PYTHON = """#!{executable} -IS
import os, shutil, sys
from pathlib import Path

if sys.argv[1] == '-c':
    if 'import cv2' not in sys.argv[2]:
        sys.version_info = {version}
        sys._base_executable = {path!r}
        if {venv_is_missing}:
            sys.modules['ensurepip'] = None
        exec(sys.argv[2])
elif sys.argv[2] == 'venv':
    folder = Path(sys.argv[3], 'bin').absolute()
    folder.mkdir()
    shutil.copy(__file__, folder / 'python')
    pip = folder / 'pip'
    pip.write_text(f'#!/bin/sh\\necho "pip 26 from {{folder.parent}}/lib"')
    pip.chmod(0o755)
elif sys.argv[2] == 'mmmetaformer':
    with open('ops.log', 'a') as log:
        print(*sys.argv[3:], file=log)
else:
    with open('pip.log', 'a') as log:
        print(*sys.argv[3:], file=log)
    sys.exit(os.environ.get('PIP_FAILS'))
"""

pytestmark = pytest.mark.skipif(
    not shutil.which('bash') or not shutil.which('flock'),
    reason='the set-up needs bash and flock',
)


class Tree:
    """A copy of the files that the script reads, and its log of calls of pip."""

    def __init__(self, root, folder, python):
        self.folder = folder
        self.python = python
        shutil.copytree(root / 'requirements', folder / 'requirements')
        for name in ('setup.py', 'pyproject.toml', 'tools/setup_env.sh'):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(root / name, folder / name)

    def start(self, *args, **env):
        return subprocess.Popen(
            ['bash', self.folder / 'tools/setup_env.sh', *args],
            env={**os.environ, 'PYTHON': str(self.python), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def fail(self, *args, **env):
        process = self.start(*args, **env)
        output, _ = process.communicate()
        assert process.returncode, output
        return output

    def set_up(self, *args, **env):
        process = self.start(*args, **env)
        output, _ = process.communicate()
        assert process.returncode == 0, output
        return output

    def pip_calls(self):
        """Return what pip was asked since the last call."""
        log = self.folder / 'pip.log'
        lines = log.read_text('utf-8').splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines


@pytest.fixture
def make_python(tmp_path):
    def make(version, venv_is_missing=False):
        path = tmp_path / f'bin/python{version}'
        path.parent.mkdir(exist_ok=True)
        text = PYTHON.format(
            executable=sys.executable,
            version=(*map(int, version.split('.')), 0),
            path=str(path),
            venv_is_missing=venv_is_missing,
        )
        path.write_text(text, encoding='utf-8')
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def tree(root, tmp_path, make_python):
    return Tree(root, tmp_path / 'tree', make_python('3.12'))


def test_only_missing_extras_are_added(tree):
    assert 'Making .venv' in tree.set_up('.venv', 'lite')
    assert any(call.endswith('-e .[lite]') for call in tree.pip_calls())
    assert tree.set_up('.venv', 'lite') == '==> .venv is up to date\n'
    assert tree.pip_calls() == []
    assert 'Adding to .venv: lint' in tree.set_up('.venv', 'lite', 'lint')
    assert any(call.endswith('-e .[lite,lint]') for call in tree.pip_calls())
    assert tree.set_up('.venv', 'lite') == '==> .venv is up to date\n'
    assert tree.pip_calls() == []


def test_changed_requirements_update_all_extras(tree):
    tree.set_up('.venv', 'lite', 'tests')
    tree.pip_calls()
    with (tree.folder / 'requirements/lint.txt').open('a') as file:
        file.write('another-linter\n')
    assert 'Updating .venv' in tree.set_up('.venv', 'lite')
    assert any(call.endswith('-e .[lite,tests]') for call in tree.pip_calls())
    assert tree.set_up('.venv', 'lite') == '==> .venv is up to date\n'


@pytest.mark.parametrize('extras', [['lite'], ['lite', 'tests']])
def test_an_interrupted_environment_is_made_again(tree, extras):
    if len(extras) > 1:
        tree.set_up('.venv', 'lite')
    tree.fail('.venv', *extras, PIP_FAILS='no network')
    output = tree.set_up('.venv', *extras)
    assert 'Removing .venv' in output
    assert 'Making .venv' in output


def test_a_moved_environment_is_made_again(tree):
    tree.set_up('.venv', 'lite')
    tree.folder = tree.folder.rename(tree.folder.with_name('moved'))
    assert 'Removing .venv' in tree.set_up('.venv', 'lite')


def test_another_python_makes_it_again(tree, make_python):
    tree.set_up('.venv', 'lite')
    tree.python = make_python('3.13')
    output = tree.set_up('.venv', 'lite')
    assert 'Removing .venv' in output
    assert '(Python 3.13)' in output


def test_a_python_that_is_gone_makes_it_again(tree):
    tree.set_up('.venv', 'lite')
    (tree.folder / '.venv/bin/python').unlink()
    assert 'Removing .venv' in tree.set_up('.venv', 'lite')


def test_a_python_that_was_upgraded_in_place_makes_it_again(tree, make_python):
    # As an upgrade of the system does: the new interpreter does not find the old pip.
    tree.set_up('.venv', 'lite')
    python = make_python('3.14')
    shutil.copy(python, tree.folder / '.venv/bin/python')
    (tree.folder / '.venv/bin/pip').write_text('#!/bin/sh\nexit 1\n')
    path = f'{python.parent}:{os.environ["PATH"]}'
    output = tree.set_up('.venv', 'lite', PYTHON='', PATH=path)
    assert 'Removing .venv' in output
    assert '(Python 3.14)' in output


def test_pins_of_each_mode(tree):
    tree.set_up('.venv', 'lite')
    assert all('-c requirements/constraints.txt' in call for call in tree.pip_calls())
    tree.set_up('--newest', '.venv-newest', 'lite')
    calls = tree.pip_calls()
    assert calls
    assert not any('constraints' in call for call in calls)
    tree.set_up('--onedl', '.venv-onedl', 'onedl')
    assert all('-c requirements/constraints-onedl.txt' in c for c in tree.pip_calls())
    assert 'unknown option --onedel' in tree.fail('--onedel', '.venv', 'lite')


def test_stand_in_for_mmcv_is_installed_unless_it_is_compiled(tree):
    tree.set_up('.venv', 'lite')
    log = tree.folder / 'ops.log'
    assert log.read_text() == 'ops install\n'
    log.unlink()
    package = tree.folder / '.venv/lib/python3.12/site-packages/mmcv'
    package.mkdir(parents=True)
    (package / '_ext.cpython-312-x86_64-linux-gnu.so').touch()
    tree.set_up('.venv', 'lite', 'report')
    assert not log.exists()


def test_headless_opencv_is_installed_once(tree):
    tree.set_up('.venv', 'lite')
    assert tree.pip_calls()[-1].endswith('--force-reinstall opencv-python-headless')
    package = tree.folder / '.venv/lib/python3.12/site-packages/cv2'
    package.mkdir(parents=True)
    for headless, calls in ((True, 2), (False, 3)):
        (package / 'version.py').write_text(f'headless = {headless}\n')
        (tree.folder / 'pyproject.toml').write_text(f'# {headless}')
        tree.set_up('.venv', 'lite')
        assert len(tree.pip_calls()) == calls


def test_the_second_of_two_waits(tree):
    with (tree.folder / 'setup.py').open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = tree.start('.venv', 'lite')
        assert 'Waiting' in process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        assert not (tree.folder / '.venv').exists()
    output, _ = process.communicate()
    assert 'Making .venv' in output
    assert process.returncode == 0


@pytest.mark.parametrize(
    ('version', 'venv_is_missing', 'answer'),
    [
        ('3.9', False, 'is Python 3.9'),
        ('3.11', True, 'apt install python3.11-venv'),
    ],
)
def test_an_unusable_python_is_refused(
    tree, make_python, version, venv_is_missing, answer
):
    tree.python = make_python(version, venv_is_missing)
    output = tree.fail('.venv', 'lite')
    assert answer in output
    assert 'must be 3.10 or newer' in output
    assert not (tree.folder / '.venv').exists()


def test_a_newer_python_is_used_with_a_warning(tree, make_python):
    warning = 'newer than the versions this project is tested with, 3.10 to 3.14'
    tree.python = make_python('3.14')
    assert warning not in tree.set_up('.venv', 'lite')
    tree.python = make_python('3.15')
    output = tree.set_up('.venv', 'lite')
    assert warning in output
    assert '.venv is ready' in output

# SPDX-License-Identifier: Apache-2.0
"""The console script and the scripts in tools/ are the same commands."""

import ast
import subprocess
import sys

import pytest

from mmmetaformer.commands import COMMANDS, main


def test_every_command_has_a_script(root):
    for name in COMMANDS:
        text = (root / f'tools/{name.replace("-", "_")}.py').read_text()
        assert f"run_command('{name}')" in text


def test_a_script_says_what_its_command_says(root):
    for name in COMMANDS:
        file = f'{name.replace("-", "_")}.py'
        texts = [
            ast.get_docstring(ast.parse((root / folder / file).read_text()))
            for folder in ('tools', 'mmmetaformer/commands')
        ]
        assert texts[0] == texts[1].partition('\n')[0]


def test_help_names_all(capsys, monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['mmmetaformer', '--help'])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    said = capsys.readouterr().out
    assert all(f'    {name}' in said for name in COMMANDS)


def test_python_m(root):
    words = ['-m', 'mmmetaformer', 'weights', 'list', 'caformer_s18']
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 'sail:caformer_s18 ' in done.stdout


def test_a_mistake_is_one_line(monkeypatch, capsys):
    words = ['mmmetaformer', 'train', 'configs/upernet_conformer.py']
    monkeypatch.setattr(sys, 'argv', words)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert 'upernet_convformer.py' in capsys.readouterr().err

# SPDX-License-Identifier: Apache-2.0
"""The console script and the scripts in tools/ are the same commands."""

import ast
import importlib
import subprocess
import sys

import pytest

from mmmetaformer.commands import COMMANDS, main

# Those that a checkout does not need.
WITHOUT_SCRIPT = ('configs', 'completion')
WITH_SCRIPT = [name for name in COMMANDS if name not in WITHOUT_SCRIPT]


def test_every_command_has_a_script(root):
    for name in WITH_SCRIPT:
        text = (root / f'tools/{name.replace("-", "_")}.py').read_text()
        assert f"run_command('{name}')" in text


def test_a_script_says_what_its_command_says(root):
    for name in WITH_SCRIPT:
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


def test_without_the_hosts(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'mmengine', None)
    monkeypatch.setattr(
        'mmmetaformer.commands.configs.run',
        lambda _: importlib.import_module('mmengine'),
    )
    monkeypatch.setattr(sys, 'argv', ['mmmetaformer', 'configs'])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert "mmengine is not installed: pip install 'mmmetaformer[lite]'" in said


def run(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, 'argv', ['mmmetaformer', *words])
    main()
    return capsys.readouterr().out.splitlines()


def test_list_of_configs(capsys, monkeypatch, root):
    names = run(capsys, monkeypatch, 'configs')
    assert len(names) > 90
    assert {'upernet_convformer', 'mask_rcnn_caformer_s36_3x'} <= set(names)
    assert run(capsys, monkeypatch, 'configs', '--path', 'configs/retinanet_r') == [
        str(root / 'configs/retinanet_resnet_50.py')
    ]


def test_no_config_of_that_name(capsys, monkeypatch):
    with pytest.raises(SystemExit) as stop:
        run(capsys, monkeypatch, 'configs', 'metaformr')
    assert stop.value.code == 2
    assert "no config has 'metaformr' in its name" in capsys.readouterr().err


def test_completion_without_shtab(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'shtab', None)
    with pytest.raises(SystemExit) as stop:
        run(capsys, monkeypatch, 'completion', 'bash')
    assert stop.value.code == 2
    assert "pip install 'mmmetaformer[completion]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ('words', 'completed'),
    [
        ('tr', ['train']),
        ('train retinanet_res', ['retinanet_resnet_50']),
        ('train x --no-re', ['--no-rehearsal', '--no-report']),
        ('train x --launcher p', ['pytorch']),
        ('weights li', ['list']),
        ('test x READ', ['README.md']),
    ],
)
def test_completion_in_bash(capsys, monkeypatch, root, words, completed):
    pytest.importorskip('shtab')
    script = '\n'.join(run(capsys, monkeypatch, 'completion', 'bash'))
    tail = (
        f'COMP_WORDS=(mmmetaformer {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n'
        '_shtab_mmmetaformer; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ['bash', '-c', f'{script}\n{tail}'], capture_output=True, text=True, cwd=root
    )
    assert done.stdout.split() == completed, done.stderr

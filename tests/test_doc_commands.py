# SPDX-License-Identifier: Apache-2.0
"""Every command in the pages is one that exists, with options that it has."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from page_commands import commands_in, commands_of
from PIL import Image

from mmmetaformer.commands import COMMANDS, whole_parser
from mmmetaformer.errors import ConfigError
from mmmetaformer.run.find_config import find_config
from mmmetaformer.run.option_values import read_options

# Of the shell and of others: nothing to check here.
FOREIGN = {'pip', 'mim', 'git', 'cd', 'source', 'mkdir', 'ln', 'cp', 'mv', 'eval'}
FOREIGN |= {'python3', 'apt', 'hf', 'tensorboard'}
FOREIGN |= {'.venv/bin/pre-commit', '.venv/bin/pip'}
# In parts of commands that pages show alone.
PARTS = {'--cfg-options'}


def problem_of(words, root):
    """Return what is wrong with a command, None if nothing is."""
    if words[0] in ('sudo', 'bash'):
        words = words[1:]
    program, *arguments = words
    if program in FOREIGN or program in PARTS:
        return None
    if program == 'make':
        targets = re.findall(r'^([a-z-]+):', (root / 'Makefile').read_text(), re.M)
        unknown = [a for a in arguments if '=' not in a and a not in targets]
        return f'no target {unknown}' if set(unknown) - {'TARGET', '...'} else None
    if program in ('python', '.venv/bin/python'):
        if arguments[:2] == ['-m', 'mmmetaformer']:
            return problem_of_arguments(arguments[2:], root)
        if arguments[:2] == ['-m', 'pytest']:
            lost = [a for a in arguments[2:] if not (root / a).exists()]
            return f'no {lost}' if lost else None
        program, *arguments = arguments
    if program == 'mmmetaformer':
        return problem_of_arguments(arguments, root)
    if '*' in program or 'COMMAND' in program or program.startswith('$'):
        return None
    script = root / program
    if not script.is_file():
        return f'no file {program}'
    name = script.stem.replace('_', '-')
    if script.parent.name == 'tools' and name in COMMANDS:
        return problem_of_arguments([name, *arguments], root)
    if name in ('dist-train', 'dist-test') and len(arguments) > 1:
        # The number of processes is the last of the positional words.
        place = 1 if name == 'dist-train' else 2
        rest = arguments[:place] + arguments[place + 1 :]
        if '--max-restarts' in rest:
            del rest[rest.index('--max-restarts') :][:2]
        return problem_of_arguments([name.removeprefix('dist-'), *rest], root)
    return None


def problem_of_arguments(arguments, root):
    if not arguments or arguments[0] == 'COMMAND' or '...' in arguments[1:]:
        return None
    if len(arguments) == 1 and arguments[0] in COMMANDS:
        return None  # a command that a sentence names, without its arguments
    try:
        args = whole_parser().parse_args(arguments)
    except SystemExit as stop:
        return f'status {stop.code}' if stop.code else None
    try:
        read_options(getattr(args, 'cfg_options', ()))
    except ConfigError as error:
        return str(error)
    config = getattr(args, 'config', None) or 'CONFIG'
    if config.isupper() or not re.match(r'configs/|[\w]+former$', config):
        return None
    find_config(config if '/' not in config else str(root / config))
    return None


def test_every_command_of_the_pages(root, capsys):
    commands = list(commands_in(root))
    assert len(commands) > 60
    wrong = {}
    for command in commands:
        problem = problem_of(command.words, root)
        if problem:
            lines = capsys.readouterr().err.splitlines()
            # A sentence that names a command may leave its arguments out.
            if not lines or 'arguments are required' not in lines[-1]:
                wrong[str(command)] = lines[-1] if lines else problem
    assert wrong == {}


@pytest.mark.parametrize(
    'line',
    [
        'python tools/train.py configs/upernet_convformer.py --sample-dada x',
        'mmmetaformer tran upernet_convformer',
        'mmmetaformer train upernet_convformer --cfg-options model.backbone=dict(a=1)',
        'mmmetaformer weights lst',
        'make trane',
        'python tools/no_such_tool.py',
        'bash tools/dist_train.sh configs/upernet_convformer.py 8 --nonsense 3',
        'rm -rf /',
    ],
)
def test_a_wrong_command_is_found(root, line):
    (words,) = commands_of(line)
    assert problem_of(words, root)


def test_words_of_a_script():
    script = 'A=1 x \\\n  --y "z w"  # why\nmkdir a && cd a; git clone <an address>\n'
    assert list(commands_of(script)) == [
        ('x', '--y', 'z w'),
        ('mkdir', 'a'),
        ('cd', 'a'),
        ('git', 'clone', 'an_address'),
    ]


@pytest.mark.slow
def test_five_minutes(shell, root):
    """The page from start to end, as someone who types what it says."""
    page = (root / 'docs/five_minutes.md').read_text()
    Image.new('RGB', (160, 120)).save(shell.folder / 'cat.jpg')
    blocks = re.findall(r'^```(bash|python)\n(.*?)^```$', page, re.M | re.S)
    for language, text in blocks:
        file = re.match(r'# (\w+\.py)\n', text)
        if language == 'python' and file:
            (shell.folder / file[1]).write_text(text)
        elif 'pip install' not in text:
            if language == 'python':
                text = f"python - <<'END'\n{text}END\n"
            done = shell(text)
            assert done.returncode == 0, f'{text}\n{done.stdout[-2000:]}{done.stderr}'
    pictures = list((shell.folder / 'pictures/vis_data/vis_image').iterdir())
    assert len(pictures) == 16
    for name in ('upernet_convformer', 'mask_rcnn_convformer', 'my_upernet'):
        assert (shell.folder / f'work_dirs/{name}_sample/last_checkpoint').is_file()


def test_example_without_a_config(root, capsys):
    """It prints what the page says."""
    page = (root / 'docs/concepts.md').read_text()
    (block,) = (
        text
        for text in re.findall(r'^```python\n(.*?)^```$', page, re.M | re.S)
        if 'import torch' in text
    )
    exec(block, {})
    said = capsys.readouterr().out
    assert block.splitlines()[-1] == f'# {said.strip()}'


@pytest.mark.slow
def test_the_notebook(shell, root, monkeypatch):
    """Every cell runs, and the files are where it looks for them."""
    nbclient = pytest.importorskip('nbclient')
    nbformat = pytest.importorskip('nbformat')
    pytest.importorskip('ipykernel')
    monkeypatch.setenv('PATH', shell.path)
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join([str(root), *sys.path]))
    notebook = nbformat.read(root / 'docs/first_hour.ipynb', 4)
    nbclient.NotebookClient(
        notebook, resources={'metadata': {'path': str(shell.folder)}}, timeout=900
    ).execute()
    assert (shell.folder / 'my_caformer.py').is_file()
    assert len(list((shell.folder / 'predictions/labels').iterdir())) == 16
    pictures = [
        one
        for cell in notebook.cells
        for one in cell.get('outputs', ())
        if 'image/png' in one.get('data', {})
    ]
    assert len(pictures) == 4  # the loss, two of the test, one predicted


def test_the_notebook_is_committed_without_outputs(root):
    notebook = json.loads((root / 'docs/first_hour.ipynb').read_text())
    code = [cell for cell in notebook['cells'] if cell['cell_type'] == 'code']
    assert code
    assert [cell for cell in code if cell['outputs'] or cell['execution_count']] == []


@pytest.mark.slow
@pytest.mark.parametrize('kind', ['wheel', 'sdist'])
def test_archive_in_an_environment_of_its_own(root, kind):
    """With the requirements of this one: without them it takes gigabytes."""
    import torch

    packages = Path(torch.__file__).parents[1]
    done = subprocess.run(
        [root / 'tests/installed.sh', kind, packages],
        env={**os.environ, 'PYTHON': sys.executable},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert done.stdout.endswith('==> Works\n')

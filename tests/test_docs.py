# SPDX-License-Identifier: Apache-2.0
"""The pages agree with the files, options and log lines of the project."""

import argparse
import ast
import re
import subprocess
import sys

import pytest

from mmmetaformer.commands import COMMANDS, whole_parser
from mmmetaformer.engine.batch_plan import BatchPlan

PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs', 'tools']
LINK = re.compile(r'\]\((?!https?:)([^)#]+)')
FILE = re.compile(r'(?<![\w/.])(?:tests|tools|docs|mmmetaformer)/[\w./]+\.(?:py|md|sh)')
OPTION = re.compile(r'--[a-z][a-z0-9-]*')
# Commands without a script.
NO_ROW = ('configs', 'completion')


def pages(root):
    for page in map(root.joinpath, PAGES):
        yield from sorted(page.glob('*.md')) if page.is_dir() else [page]


def test_links(root):
    broken = [
        f'{page.relative_to(root)}: {target}'
        for page in pages(root)
        for target in LINK.findall(page.read_text())
        if not (page.parent / target).exists()
    ]
    assert broken == []


def rooms_in(folder):
    """Return the folders of Python files in a folder, and its own modules."""
    for path in folder.iterdir():
        if path.is_dir() and next(path.rglob('*.py'), None):
            yield f'{path.name}/'
        elif path.suffix == '.py' and path.name not in ('__init__.py', 'version.py'):
            yield path.name


def test_the_map_in_contributing_is_complete(root):
    text = (root / 'CONTRIBUTING.md').read_text()
    house = re.search(r'```\nmmmetaformer/\n(.*?)\nconfigs/', text, re.S)[1]
    mapped = re.findall(r'^  (\w+(?:/|\.py)) ', house, re.M)
    assert sorted(mapped) == sorted(rooms_in(root / 'mmmetaformer'))
    inner = set(re.findall(r'^    +(\w+/) ', house, re.M))
    folders = [
        p for p in (root / 'mmmetaformer').rglob('*/') if next(p.glob('*.py'), 0)
    ]
    assert inner == {f'{p.name}/' for p in folders if p.parent.name != 'mmmetaformer'}


def test_files_that_pages_name(root):
    named = {
        (page.name, name)
        for page in pages(root)
        for name in FILE.findall(page.read_text())
    }
    assert ('training.md', 'tests/engine/test_accumulation.py') in named
    assert [one for one in sorted(named) if not (root / one[1]).is_file()] == []


def words_of_the_code(root):
    """Return all texts of the package, with a NUL for each value in a text."""
    texts = []
    for file in (root / 'mmmetaformer').rglob('*.py'):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = (getattr(part, 'value', None) for part in node.values)
                texts.append(''.join(p if isinstance(p, str) else '\0' for p in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return ' '.join(' '.join(texts).split())


def test_messages_in_the_page_about_data(root):
    """Each has three words in a row that the code has, or all if it has fewer."""
    code = words_of_the_code(root)
    table = (root / 'docs/data.md').read_text().split('## What every message means')[1]
    cells = re.findall(r'^\| (`.+?) \|', table, re.M)
    messages = [one for cell in cells for one in re.findall(r'`(.+?)`', cell)]
    assert len(messages) > 70
    unknown = []
    for message in messages:
        # Values are not in the code: '...', numbers, and what is in quotes.
        words = re.sub(r"\.{3}|\S*\d\S*|'[^' ]+'", ' ', message).split()
        size = min(3, len(words))
        runs = [' '.join(words[i : i + size]) for i in range(len(words) - size + 1)]
        if size > 1 and not any(run in code for run in runs):
            unknown.append(message)
    assert unknown == []


def options_of(tool):
    """Return the options in the help of a tool."""
    command = [sys.executable, tool, '--help']
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(OPTION.findall(done.stdout)) - {'--help'}


def test_table_of_the_options_of_training(root):
    rows = (
        (root / 'docs/training.md')
        .read_text()
        .split('| option of `tools/train.py` |')[1]
    )
    table = rows.split('\n\n')[0]
    first_cells = ' '.join(re.findall(r'^\| (`--.+?) \|', table, re.M))
    assert set(OPTION.findall(first_cells)) == options_of(root / 'tools/train.py')


def rows_of_tools(root):
    """Return the rows of the table of tools, by the name of the script."""
    text = (root / 'tools/README.md').read_text()
    return dict(re.findall(r'^\| `(\w+\.\w+)(.+) \|$', text, re.M))


def test_every_tool_has_a_row(root):
    scripts = [p.name for p in (root / 'tools').iterdir() if p.suffix in ('.py', '.sh')]
    assert sorted(rows_of_tools(root)) == sorted(scripts)


# Beside its row in the table of tools.
PAGE_OF = {
    'train': 'training.md',
    'prepare-data': 'data.md',
    'predict': 'predict.md',
    'export': 'export.md',
    'weights': 'weights.md',
}


def options_by_command(parser, path=()):
    """Yield the words of each command and its options."""
    own = set()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from options_by_command(child, (*path, name))
        else:
            own |= set(action.option_strings) - {'-h', '--help'}
    yield path, own


def test_every_option_is_in_a_page(root):
    rows = rows_of_tools(root)
    intro = (root / 'tools/README.md').read_text().split('| script |')[0]
    commands = [one for one in options_by_command(whole_parser()) if one[0]]
    assert {path[0] for path, _ in commands} == set(COMMANDS)
    missing = []
    for path, options in commands:
        text = rows.get(path[0].replace('-', '_') + '.py', intro)
        if path[0] in PAGE_OF:
            text += (root / 'docs' / PAGE_OF[path[0]]).read_text()
        missing += [(*path, one) for one in options - set(OPTION.findall(text))]
    assert missing == []


@pytest.mark.parametrize('command', [c for c in COMMANDS if c not in NO_ROW])
def test_rows_of_tools_name_no_other_options(root, command):
    row = rows_of_tools(root)[command.replace('-', '_') + '.py']
    commands = options_by_command(whole_parser())
    known = [own for path, own in commands if command in path]
    assert set(OPTION.findall(row)) <= set().union(*known)


def test_plan_in_the_page_about_training(root):
    """The example is what a run on ADE20K with one process logs."""
    plan = BatchPlan(
        per_process=2,
        processes=1,
        passes=1,
        recipe=16,
        dataset_size=20210,
        total_passes=160_000,
        warmup=1500,
        lr=1e-4,
    )
    page = ' '.join((root / 'docs/training.md').read_text().split())
    assert f'Plan: {plan}; computed in float32.' in page
    assert f"The batch is not the recipe's: {plan.warning()}." in page

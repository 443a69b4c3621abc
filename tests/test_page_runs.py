# SPDX-License-Identifier: Apache-2.0
"""The blocks of the pages run as they are written, on tiny sets, in order."""

import re
from pathlib import Path

import pytest
from page_commands import PAGES, commands_of
from page_configs import write_configs
from page_runs import ELSEWHERE, RUN

BLOCK = re.compile(r'^```(bash|python)\n(.*?)^```$|^(#+ [^\n]*)$', re.M | re.S)
FILE = re.compile(r'# (\w+)\.py\n')
ROOT = Path(__file__).parents[1]


def blocks_of(text):
    """Return language, text and section of each block of a page."""
    section, blocks = '', []
    for language, block, heading in BLOCK.findall(text):
        section = heading or section
        if block:
            blocks.append((language, block, section))
    return blocks


def sections_to_run():
    """Return pages and a section that runs alone, or '' for all of the page."""
    runs = []
    for name, page in RUN.items():
        blocks = blocks_of((ROOT / name).read_text())
        sections = [section for *_, section in blocks] if page.sections else ['']
        for section in dict.fromkeys(sections):
            runs.append(pytest.param(name, section, id=f'{name} {section}'.strip()))
    return runs


def left_out(line, not_run):
    """Return the starts on the list that a command of this line has."""
    found = [' '.join(words) for words in commands_of(line)]
    return {start for start in not_run if any(c.startswith(start) for c in found)}


def what_runs(block, not_run):
    """Return a script without the commands on the list."""
    lines = block.replace('\\\n', ' ').splitlines()
    return '\n'.join(line for line in lines if not left_out(line, not_run))


def test_every_page_is_on_a_list(root):
    pages = {
        page.relative_to(root).as_posix()
        for pattern in PAGES
        for page in root.glob(pattern)
        if any(language == 'bash' for language, *_ in blocks_of(page.read_text()))
    }
    assert {*RUN, *ELSEWHERE} == pages
    assert len(RUN) + len(ELSEWHERE) == len(pages)


@pytest.mark.parametrize('name', RUN)
def test_what_is_swapped_or_left_out_is_on_the_page(name, root):
    page = RUN[name]
    blocks = blocks_of((root / name).read_text())
    text = ''.join(block for _, block, _ in blocks)
    assert [said for said in page.swaps if said not in text] == []
    scripts = [block for language, block, _ in blocks if language == 'bash']
    lines = '\n'.join(scripts).replace('\\\n', ' ').splitlines()
    found = set().union(*(left_out(line, page.not_run) for line in lines))
    assert found == set(page.not_run)


@pytest.mark.slow
@pytest.mark.parametrize(('name', 'section'), sections_to_run())
def test_page(name, section, root, shell):
    page = RUN[name]
    for package in page.needs:
        pytest.importorskip(package)
    write_configs(root, shell.folder)
    page.given(root, shell.folder)
    check(shell, page.before)
    text, earlier = (root / name).read_text(), ''
    for language, block, place in blocks_of(text):
        if section not in ('', place):
            continue
        for said, done in page.swaps.items():
            block = block.replace(said, done)
        if language == 'bash':
            check(shell, what_runs(block, page.not_run))
        elif file := FILE.match(block):
            (shell.folder / f'{file[1]}.py').write_text(block)
            if text.count(file[1]) == 1:  # no other block uses it
                check(shell, f'python {file[1]}.py')
        elif page.settings and 'import ' not in block:
            base = f"_base_ = 'configs/{page.settings}.py'\n"
            (shell.folder / 'settings.py').write_text(base + block)
            check(shell, 'python tools/train.py settings.py --overwrite')
        else:  # a block goes on where the one before ended
            earlier += block
            (shell.folder / 'page.py').write_text(earlier)
            check(shell, 'python page.py')


def check(shell, script):
    done = shell(script)
    assert done.returncode == 0, f'{script}\n{done.stdout[-2000:]}{done.stderr[-2000:]}'


def test_a_command_that_fails_is_not_left_out(shell):
    script = what_runs('true a \\\n  b  # c\nfalse\n', {'true': 'x'})
    with pytest.raises(AssertionError, match='^false\n'):
        check(shell, script)

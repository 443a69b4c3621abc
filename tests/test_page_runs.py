# SPDX-License-Identifier: Apache-2.0
"""The blocks of the pages run as they are written, on tiny sets, in order."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import page_sets
import pytest
from page_commands import PAGES, commands_of

BLOCK = re.compile(r'^```(bash|python)\n(.*?)^```$|^(#+ [^\n]*)$', re.M | re.S)
FRESH_MACHINE = 'sets a machine up: tests/fresh_machine.sh, tests/installed.sh'
ARCHIVES = 'trains on COCO or ADE20K: the same on sample data is in five_minutes.md'


@dataclass(frozen=True)
class Page:
    """How a page is run.

    Args:
        given: Writes what the page takes as given.
        before: A script of what its sentences say to do before.
        swaps: What the page says, and what is run instead: names that it leaves to the
            reader, and lengths.
        not_run: The starts of commands that are left out, and why.
        sections: Each section starts from what is given, not from the one before.
        needs: Packages without which the page is skipped.
    """

    given: Callable
    before: str = ''
    swaps: dict[str, str] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    sections: bool = False
    needs: tuple[str, ...] = ()


RUN = {
    'README.md': Page(
        page_sets.readme,
        not_run={
            'git clone ': FRESH_MACHINE,
            'make ': FRESH_MACHINE,
            'source .venv/bin/activate': FRESH_MACHINE,
            'python tools/train.py configs/upernet_convformer.py': ARCHIVES,
            'python tools/train.py configs/mask_rcnn/mask_rcnn_caformer': ARCHIVES,
            'bash tools/dist_train.sh configs/mask_rcnn_convformer.py 8': ARCHIVES,
            'python tools/test.py configs/upernet_convformer.py CHECKPOINT': ARCHIVES,
        },
    ),
    'docs/predict.md': Page(
        page_sets.predict,
        swaps={
            '/last 8 photos/': '/last 2 photos/',
            "'work_dirs/x/epoch_12.pth'": "'work_dirs/detector/iter_2.pth'",
            "device='cuda:1'": "device='cpu'",
            'model(array)': 'model(result.image)',
        },
    ),
}
# A test of its own runs this page.
ELSEWHERE = {'docs/five_minutes.md'}
# Parsed only: tests/test_doc_commands.py gives each command of these pages to the real
# parser, and nothing runs them.
PARSED_ONLY = {
    'CONTRIBUTING.md',
    'docs/benchmarks.md',
    'docs/data.md',
    'docs/export.md',
    'docs/install.md',
    'docs/launching.md',
    'docs/mmcv_ops.md',
    'docs/reliability.md',
    'docs/report.md',
    'docs/resume.md',
    'docs/safe_checkpoints.md',
    'docs/scaling.md',
    'docs/stock_configs.md',
    'docs/token_mixers.md',
    'docs/training.md',
    'docs/weights.md',
}


def blocks_of(text):
    """Yield language, text and section of each block of a page."""
    section = ''
    for language, block, heading in BLOCK.findall(text):
        section = heading or section
        if block:
            yield language, block, section


def what_runs(block, not_run, left_out):
    """Return a script without the commands on the list; note those in left_out."""
    lines = []
    for line in block.replace('\\\n', ' ').splitlines():
        commands = [' '.join(words) for words in commands_of(line)]
        found = {s for s in not_run if any(c.startswith(s.strip()) for c in commands)}
        left_out |= found
        if not found:
            lines.append(line)
    return '\n'.join(lines)


def test_every_page_is_on_a_list(root):
    pages = {
        page.relative_to(root).as_posix()
        for pattern in PAGES
        for page in root.glob(pattern)
        if any(language == 'bash' for language, *_ in blocks_of(page.read_text()))
    }
    assert {*RUN, *ELSEWHERE, *PARSED_ONLY} == pages
    assert len(RUN) + len(ELSEWHERE) + len(PARSED_ONLY) == len(pages)


@pytest.mark.slow
@pytest.mark.parametrize('name', RUN)
def test_page(name, root, shell):
    page = RUN[name]
    for package in page.needs:
        pytest.importorskip(package)
    last, earlier, left_out = None, '', set()
    for language, block, section in blocks_of((root / name).read_text()):
        if last is None or (page.sections and section != last):
            shell.start_over()
            page_sets.write_configs(root, shell.folder)
            page.given(root, shell.folder, section)
            if last is None:
                check(shell, page.before)
        last = section
        for said, done in page.swaps.items():
            block = block.replace(said, done)
        if language == 'bash':
            check(shell, what_runs(block, page.not_run, left_out))
        else:  # a block goes on where the one before ended
            earlier += block
            (shell.folder / 'page.py').write_text(earlier)
            check(shell, 'python page.py')
    assert left_out == set(page.not_run)
    assert last is not None


def check(shell, script):
    done = shell(script)
    assert done.returncode == 0, f'{script}\n{done.stdout[-2000:]}{done.stderr[-2000:]}'


def test_a_command_that_fails_is_not_left_out(shell):
    left_out = set()
    script = what_runs('true a \\\n  b  # c\nfalse\n', {'true': 'x'}, left_out)
    assert left_out == {'true'}
    with pytest.raises(AssertionError, match='false'):
        check(shell, script)

# SPDX-License-Identifier: Apache-2.0
"""How the blocks of each page are run, and which commands are left out, and why."""

from collections.abc import Callable
from dataclasses import dataclass, field

import page_sets

SETS_UP = 'sets a machine up: tests/fresh_machine.sh, tests/installed.sh'
ARCHIVES = 'trains on COCO or ADE20K: the same on sample data is in five_minutes.md'
TESTS = 'these are the tests themselves'
HOSTS = 'needs root, or packages of the system'

TINY_ARCH = 'arch=dict(depths=(1,) * 4, dims=(32,) * 4)'


@dataclass(frozen=True)
class Page:
    """How a page is run.

    Args:
        given: Writes what the page takes as given.
        before: A script of what its sentences say to do before.
        swaps: What the page says, and what is run instead: names that it leaves to the
            reader, sizes and lengths.
        not_run: The starts of commands that are left out, and why.
        settings: The config that Python blocks without an import change.
        sections: Each section starts from what is given, not from the one before.
        needs: Packages without which the page is skipped.
    """

    given: Callable = page_sets.nothing
    before: str = ''
    swaps: dict[str, str] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    settings: str = ''
    sections: bool = False
    needs: tuple[str, ...] = ()


RUN = {
    'README.md': Page(
        page_sets.readme,
        not_run={
            'git clone ': SETS_UP,
            'make ': SETS_UP,
            'source .venv/bin/activate': SETS_UP,
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
    'docs/weights.md': Page(
        page_sets.weights,
        swaps={
            "arch='s18'": TINY_ARCH,
            'sail:caformer_s18_in21ft1k': 'caformer.pth',
            'FILE': 'caformer.pth',
            'SRC DST': 'caformer.pth caformer_timm.pth',
            'iter_160000': 'iter_2',
        },
        settings='upernet_convformer',
    ),
    'docs/report.md': Page(
        page_sets.archives,
        before='python tools/train.py configs/upernet_convformer.py --no-report',
    ),
    'docs/token_mixers.md': Page(
        swaps={
            '(3, 3, 9, 3), dims=(64, 128, 320, 512)': '(1,) * 4, dims=(32,) * 4',
            '--sample-data': '--sample-data --length 2',
        },
    ),
    'docs/mmcv_ops.md': Page(
        not_run={
            'pip ': SETS_UP,
            'mim install ': SETS_UP,
            'python tests/compat/mmcv_ops/compare_with_compiled.py DIR': (
                'needs a compiled mmcv'
            ),
        },
    ),
    'docs/install.md': Page(
        not_run={
            'pip install ': SETS_UP,
            'bash ': 'the script of an installed package: tests/installed.sh',
        },
        needs=('shtab',),
    ),
    'docs/safe_checkpoints.md': Page(
        page_sets.checkpoint,
        swaps={
            'https://example.org/model-1a2b3c4d.pth': (
                'work_dirs/upernet_convformer/last'
            ),
        },
    ),
    'docs/reliability.md': Page(not_run={'make test-faults': TESTS}),
    'CONTRIBUTING.md': Page(
        not_run={
            'make ': TESTS,
            'sudo ': HOSTS,
            '.venv/bin/python -m pytest ': TESTS,
            'tests/installed.sh ': 'installs 5 GB into an empty environment',
            'tests/first_hour.sh ': 'takes half an hour, and data sets of others',
        },
    ),
}
# A test of its own runs this page.
ELSEWHERE = {'docs/five_minutes.md'}
# Parsed only: tests/test_doc_commands.py gives their commands to the real parser.
PARSED_ONLY = {
    'docs/training.md',
    'docs/data.md',
    'docs/export.md',
    'docs/resume.md',
    'docs/launching.md',
    'docs/scaling.md',
    'docs/stock_configs.md',
    'docs/benchmarks.md',
}

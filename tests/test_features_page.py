# SPDX-License-Identifier: Apache-2.0
"""The table of features: true of this project, and cited for every other one."""

import re

import pytest

from mmmetaformer.commands import COMMANDS, whole_parser

ABSENT = ('no',)
HOST = 2  # the column of mmdet and mmseg, which are installed here
# Rows of the table, and what makes them true: a command, or an option of `train`.
BY_COMMAND = {
    'Predict on files, and from Python': 'predict',
    'Large images in tiles': 'predict',
    'Video, webcam': 'predict',
    'Page about a run': 'report',
    'ONNX': 'export',
    'Converters of other formats': 'prepare-data',
    'Pictures of what the network sees': 'browse-data',
    'Check of the environment, with mends': 'doctor',
}
BY_OPTION = {'Early stopping': '--patience', 'TensorBoard, Weights & Biases': '--track'}


@pytest.fixture(scope='module')
def page(root):
    return (root / 'docs/features.md').read_text()


@pytest.fixture(scope='module')
def rows(page):
    lines = re.findall(r'^\|( [^|\s-].+)\|$', page, re.M)
    tables = ([cell.strip() for cell in line.split('|')] for line in lines)
    return {name: cells for name, *cells in tables}


def options_of_train():
    (commands,) = (a for a in whole_parser()._actions if a.choices)
    return commands.choices['train'].format_help()


def test_what_this_project_has(rows):
    has = options_of_train()
    for row, command in BY_COMMAND.items():
        assert (rows[row][0] in ABSENT) == (command not in COMMANDS), row
    for row, option in BY_OPTION.items():
        assert (rows[row][0] in ABSENT) == (option not in has), row


def test_every_link_is_defined_and_used(page):
    used = set(re.findall(r'\]\[([a-z-]+)\]', page))
    defined = re.findall(r'^\[([a-z-]+)\]: https://', page, re.M)
    assert sorted(used) == sorted(defined)


def test_claims_about_others_are_linked(rows):
    """But for the host, and for what another project obviously is not."""
    for row, cells in rows.items():
        for column, cell in enumerate(cells[1:]):
            bare = cell.strip() and '][' not in cell
            assert not bare or cell in ('no', 'your own') or column == HOST, row

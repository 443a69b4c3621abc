# SPDX-License-Identifier: Apache-2.0
"""What is converted passes the checks of the config that the command names."""

import shlex

import numpy as np
import pytest
from made_sets import shape, write_labelme, write_mask, write_picture, write_voc

from mmmetaformer.commands import run_command


def labelme(root):
    outlines = [
        shape('tree', [[5, 5], [40, 5], [20, 40]]),
        shape('ball', [[40, 24], [40, 34]], 'circle'),
        shape('box', [[1, 1], [30, 30]], 'rectangle'),
    ]
    for name in ('im0', 'im1'):
        write_labelme(root, outlines, name=name)
    return ['labelme', root]


def masks(root):
    for index in range(2):
        write_picture(root / f'images/{index}.jpg')
        values = np.repeat([[0, 1, 2, 255]], 16, 1).repeat(48, 0)
        write_mask(root / f'masks/{index}_L.png', values)
    places = ('--images', root / 'images', '--masks', root / 'masks')
    return ['masks', *places, '--classes', 'sky', 'road', 'car']


SETS = {
    'voc': lambda root: ['voc', write_voc(root)],
    'labelme': labelme,
    'labelme maps': lambda root: [*labelme(root), '--to', 'ade20k'],
    'masks': masks,
}


@pytest.mark.parametrize('name', SETS)
def test_the_printed_command_finds_no_fault(name, prepare, root, tmp_path, capsys):
    words = SETS[name](tmp_path / 'in')
    said = prepare(*words, '--out', tmp_path / 'out')
    (line,) = (line for line in said.splitlines() if 'check_data.py' in line)
    _, _, config, *options = shlex.split(line)
    report = str(tmp_path / 'report')
    run_command('check-data', [str(root / config), *options, '--out', report])
    assert 'No fault was found.' in capsys.readouterr().out

# SPDX-License-Identifier: Apache-2.0
import csv

import pytest
import torch

from mmmetaformer.benchmark import (
    Ceilings,
    Result,
    Setting,
    describe,
    describe_parts,
    write_csv,
)
from mmmetaformer.benchmark.plot import plot

SETTING = Setting((512, 768), 4, 'cpu', torch.bfloat16)


def result(name='ours', mode='train', setting=SETTING, bound=0.05):
    seconds = (0.1, 0.2, 0.3, 0.4, 0.5)
    kept = 12_300_000 if mode == 'train' else 0
    speed_up = (1.5, 1.75, 2.0)
    return Result(name, mode, setting, seconds, speed_up, kept, 45_600_000, bound)


def test_table():
    table = describe([result(), result('theirs', bound=None)], Ceilings(2e11, 3e10))
    head, ceilings, columns, ours, theirs = table.splitlines()
    assert head.startswith('Training step, 4 x 512x768, bfloat16, ')
    assert torch.__version__ in head
    assert ceilings == 'roofline: 200 GFLOP/s, 30.0 GB/s; 5 rounds'
    assert columns.split()[0] == 'ms'
    cells = 'ours 300.0 (200.0-400.0) 13.33 1.75 (1.50-2.00) 12.3 46 17%'
    assert ours.split() == cells.split()
    assert '%' not in theirs


def test_parts():
    whole = {'backbone': 0.25, 'heads': 0.5, 'update': 0.25}
    rounds = [({'backbone': 0.1, 'heads': s}, whole) for s in (0.2, 0.9, 0.3)]
    lines = describe_parts(['frozen', 'whole'], rounds).splitlines()
    assert [' '.join(line.split()) for line in lines] == [
        'median ms frozen whole',
        'backbone 100.0 (25%) 250.0 (25%)',
        'heads 300.0 (75%) 500.0 (50%)',
        'update 250.0 (25%)',
    ]


def test_file(tmp_path):
    write_csv([result(), result(mode='infer', bound=None)], tmp_path / 'a.csv')
    with open(tmp_path / 'a.csv') as file:
        train, infer = csv.DictReader(file)
    assert train['name'] == 'ours'
    assert (train['height'], train['width']) == ('512', '768')
    assert float(train['median_ms']) == 300
    assert float(train['bound_ms']) == 50
    assert train['saved_bytes_per_image'] == '12300000'
    assert (infer['mode'], infer['bound_ms']) == ('infer', '')


@pytest.mark.parametrize('sides', [[256], [256, 512, 1024]])
@pytest.mark.parametrize('modes', [['train'], ['infer', 'train']])
def test_picture(tmp_path, sides, modes, monkeypatch):
    figures = []
    monkeypatch.setattr(
        'matplotlib.figure.Figure.savefig',
        lambda figure, path, **_: figures.append(figure),
    )
    results = [
        result(name, mode, Setting((side, side)))
        for name in ('ours', 'theirs')
        for side in sides
        for mode in modes
    ]
    plot(results, tmp_path / 'a.png')
    axes = figures[0].axes
    assert len(axes) == 2 * len(modes)
    assert axes[0].get_title().startswith('training step')
    # Lines over several sizes, bars for one.
    assert len(axes[0].lines) == (2 if len(sides) > 1 else 0)
    assert len(axes[0].patches) == (0 if len(sides) > 1 else 2)


def test_picture_names_sizes_that_only_some_have(tmp_path, monkeypatch):
    figures = []
    monkeypatch.setattr(
        'matplotlib.figure.Figure.savefig',
        lambda figure, path, **_: figures.append(figure),
    )
    sizes = (('ours', 256), ('ours', 1024), ('theirs', 256), ('theirs', 512))
    plot([result(n, 'train', Setting((s, s))) for n, s in sizes], tmp_path / 'a.png')
    labels = [label.get_text() for label in figures[0].axes[0].get_xticklabels()]
    assert labels == ['256', '512', '1024']

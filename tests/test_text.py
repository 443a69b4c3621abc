# SPDX-License-Identifier: Apache-2.0
import pytest

from mmmetaformer.text import (
    config_text,
    counted,
    did_you_mean,
    percent,
    shortened,
    size_text,
    table,
)


@pytest.mark.parametrize(
    ('names', 'expected'),
    [
        ([], ''),
        (['a', 'b'], 'a, b'),
        (['a', 'b', 'c'], 'a, b, c'),
        (['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'),
    ],
)
def test_shortened(names, expected):
    assert shortened(names, limit=3) == expected


def test_a_table_aligns_numbers_to_the_right_and_names_to_the_left():
    rows = [('part', 'MACs', 'note'), ('stem', 7, ''), ('head', 1024, 'in training')]
    assert table(rows, left={0, -1}) == [
        'part  MACs  note',
        'stem     7',
        'head  1024  in training',
    ]


def test_a_number_and_its_noun():
    numbers = (0, 1, 1200)
    texts = ['0 images', '1 image', '1,200 images']
    assert [counted(n, 'image') for n in numbers] == texts


def test_did_you_mean():
    assert did_you_mean('poling', ['pooling', 'identity']) == " Did you mean 'pooling'?"
    assert did_you_mean('xyz', ['pooling', 'identity']) == ''


@pytest.mark.parametrize(
    ('size', 'text'),
    [(999, '999 bytes'), (1500, '1.5 kB'), (12_345_678, '12 MB'), (2.5e9, '2.5 GB')],
)
def test_sizes_as_people_read_them(size, text):
    assert size_text(size) == text


@pytest.mark.parametrize(
    ('part', 'text'), [(1, '100 %'), (0.124, '12 %'), (0.01, '1 %'), (0, 'under 1 %')]
)
def test_parts_of_1(part, text):
    assert percent(part) == text


def test_config_text_is_what_it_says():
    config = {'type': 'a', 'arch': {'dims': (8, 9)}, 'mixers': ('b', {'type': 'c'})}
    text = config_text(config)
    assert text == (
        "dict(type='a', arch=dict(dims=(8, 9)), mixers=('b', dict(type='c')))"
    )
    assert eval(text) == config
    lines = config_text(config, indent=2).splitlines()
    assert lines[:2] == ["  type='a',", '  arch=dict(dims=(8, 9)),']
    assert config_text((1,)) == '(1,)'

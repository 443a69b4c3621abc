# SPDX-License-Identifier: Apache-2.0
"""The README's table names the configs that there are, and no others."""

import re

import pytest
from leaves import FILES

HEADER = '| configs | data, schedule | families and sizes | for comparison |'


def rows(text):
    lines = text[text.index(HEADER) :].splitlines()[2:]
    for line in lines:
        if not line.startswith('|'):
            return
        yield [cell.strip() for cell in line.strip('|').split('|')]


def names(families, references):
    """What the star of a row stands for, such as convformer or convformer_s36."""
    for group in families.split(';'):
        left, _, right = group.partition(':')
        _, *others = right.lower().split()
        for family in left.strip().lower().split(', '):
            yield family
            yield from (f'{family}_{size}' for size in others)
    for reference in filter(None, references.lower().split(', ')):
        yield reference.replace('-', '_')


def listed(text):
    return sorted(
        recipe.replace('*', name)
        for recipes, _, families, references in rows(text)
        for recipe in re.findall('`(.+?)`', recipes)
        for name in names(families, references)
    )


def test_table_of_configs(root):
    assert listed((root / 'README.md').read_text()) == sorted(FILES)


@pytest.mark.parametrize(
    ('old', 'new'),
    [
        ('PoolFormer: S12 S24 S36 M36 M48', 'PoolFormer: S12 S24 S36 M36'),
        ('PoolFormer: S12 |', 'PoolFormer: S12 S24 |'),
        ('`cascade_rcnn_*_3x`', '`cascade_rcnn_*`'),
        ('| ResNet-50 |', '| |'),
    ],
)
def test_another_table_names_other_configs(root, old, new):
    text = (root / 'README.md').read_text()
    assert old in text
    assert listed(text.replace(old, new)) != sorted(FILES)


def test_paths_in_the_documentation(root):
    """Every config that a page or a tool names is there."""
    pages = [
        root / 'README.md',
        root / 'CONTRIBUTING.md',
        root / 'Makefile',
        *(root / 'docs').glob('*.md'),
        *(root / 'tools').glob('*'),
    ]
    found = {
        path
        for page in pages
        if page.is_file()
        for path in re.findall(r'(?<![\w/])configs/[\w/]+\.py', page.read_text())
    }
    assert 'configs/upernet_convformer.py' in found
    assert sorted(path for path in found if not (root / path).is_file()) == []

# SPDX-License-Identifier: Apache-2.0
"""Faults of an entry, and what the message says of each."""

import math

__all__ = ['SPOILT', 'setting', 'without']


def setting(section, **keys):
    """Return what sets these keys of one entry, and of all, of a section."""
    return [
        lambda content: content[section][1].update(keys),
        lambda content: [entry.update(keys) for entry in content[section]],
    ]


def without(section, key):
    """Return what deletes a key of one entry, and of all, of a section."""
    return [
        lambda content: content[section][1].pop(key),
        lambda content: [entry.pop(key) for entry in content[section]],
    ]


def each(section, key, function):
    """Return what changes a key of one entry, and of all, of a section."""

    def change(entry):
        entry[key] = function(entry[key])

    return [
        lambda content: change(content[section][1]),
        lambda content: [change(entry) for entry in content[section]],
    ]


def corners(box):
    x, y, w, h = box
    return [x, y, x + w, y + h]


MISSING = {
    ('images', 'id'): "have no 'id', first image",
    ('images', 'file_name'): "no 'file_name'",
    ('images', 'height'): "no 'height'.*whole number above 0",
    ('images', 'width'): "no 'width'.*whole number above 0",
    ('annotations', 'id'): "have no 'id', first annotation",
    ('annotations', 'image_id'): "no 'image_id'",
    ('annotations', 'category_id'): "no 'category_id'",
    ('annotations', 'bbox'): "no 'bbox'",
    ('annotations', 'segmentation'): 'no segmentation.*faster_rcnn',
    ('categories', 'id'): "categories have no 'id'",
    ('categories', 'name'): "categories have no 'name'",
}
SIDES = [
    ('96', '"96".*without quotes'),
    (0, 'whole number above 0'),
    (-96, 'whole number above 0'),
    (96.5, 'whole number above 0'),
    (None, 'null as'),
]
VALUES: dict[tuple[str, str], list[tuple[object, str]]] = {
    ('images', 'width'): SIDES,
    ('images', 'height'): SIDES,
    ('images', 'file_name'): [('', "'file_name' that is not"), (7, 'not the name.*7')],
    ('annotations', 'id'): [
        ([1], "'id' that is not"),
        (True, "'id' that is not"),
        (1.5, "'id' that is not"),
        (None, "null as 'id'"),
    ],
    ('annotations', 'image_id'): [(77, 'unknown image_id'), (None, 'null as')],
    ('annotations', 'category_id'): [
        (77, 'unknown category_id'),
        ('1', 'category_id'),
    ],
    ('annotations', 'bbox'): [
        (None, "null as 'bbox'"),
        ([1, 2, 3], 'four finite numbers'),
        (dict(x=1), 'four finite numbers'),
        (['1', '2', '3', '4'], 'four finite numbers'),
        ([1, 2, 3, None], 'four finite numbers'),
        ([1, 2, 3, math.nan], 'four finite.*NaN'),
        ([1, 2, 3, math.inf], 'four finite.*Infinity'),
        ([1.5, 2, 3, 10**400], 'four finite numbers'),
        ([1, 2, 3, 1e300], 'four finite numbers'),
        ([5, 5, -4, 9], 'negative side'),
        ([99, 5, 20, 9], 'outside.*96 x 96'),
    ],
    ('annotations', 'area'): [
        ('100', 'finite.*without quotes'),
        (math.inf, 'finite'),
        (math.nan, 'finite'),
        (10**400, 'finite'),
        (-(10**400), 'finite'),
        (-1, 'finite'),
    ],
    ('annotations', 'iscrowd'): [
        ('0', "'iscrowd' that is not 0"),
        (2, "'iscrowd' that is not 0"),
    ],
    ('annotations', 'segmentation'): [
        (None, 'no segmentation.*faster_rcnn'),
        ([], 'empty segmentation.*faster_rcnn'),
        ([[]], 'empty segmentation'),
        ({}, 'empty segmentation'),
        ([1, 2, 3, 4, 5, 6], r'flat list.*\[\[x1, y1, x2, y2'),
        ([[1, 2, 3, 4]], 'fewer than 6'),
        ([[1, 2, 3, 4, 5, 6], [1, 2]], 'fewer than 6'),
        ([[1, 2, 3, 4, 5, 6, 7]], 'odd count'),
        ([[1, 2, 3, 4, 5, math.nan]], 'not finite'),
        ([[1, 2, 3, 4, 5, math.inf]], 'not finite'),
        ([[1, 2, 3, 4, 5, 1e12]], 'beyond 1e'),
        ([[[1, 2], [3, 4], [5, 6]]], 'points are lists'),
        ([['1', '2', '3', '4', '5', '6']], 'not a list of numbers'),
        ([[1, 2, 3, 4, 5, None]], 'not a list of numbers'),
        ('a.png', 'neither'),
        (dict(counts=[9]), 'without sound size'),
        (dict(counts='~', size=[96, 96]), 'without sound size'),
        (dict(counts=[-1, 9217], size=[96, 96]), 'without sound size'),
        (dict(counts=[64], size=[8, 8]), "not its image's"),
        (dict(counts=[64], size=[96, 96]), 'do not sum up'),
        (dict(counts='12', size=[96, 96]), 'do not sum up'),
    ],
}
# What spoils a file, and what the message says.
SPOILT = [
    *[(f, message) for key, message in MISSING.items() for f in without(*key)],
    *[
        (f, message)
        for (section, key), values in VALUES.items()
        for value, message in values
        for f in setting(section, **{key: value})
    ],
    (lambda c: c.pop('images'), "no key 'images'"),
    (lambda c: c.pop('categories'), "no key 'categories'"),
    (lambda c: c.update(images={}), "'images' is a dict, not a list"),
    (lambda c: c.update(annotations=None), "'annotations' is a NoneType, not a list"),
    (lambda c: c['annotations'].insert(3, None), '1 of 9 annotations are no objects'),
    (lambda c: c['images'].append('a.jpg'), 'number 5 in the list: "a.jpg"'),
    (setting('annotations', area=0)[1], '8 of an area of 0. Leave out'),
    (setting('annotations', iscrowd=1)[1], '0 of 8 .*8 are crowds'),
    (setting('annotations', ignore=1)[1], '0 of 8 .*8 marked "ignore"'),
    (lambda c: c['annotations'].clear(), '0 of 4 images.*4 without objects'),
    (lambda c: c.pop('annotations'), '0 of 4 images.*4 without objects'),
    (each('annotations', 'bbox', corners)[1], r'corners \[x1.*x2 - x1'),
    (each('annotations', 'bbox', lambda b: [v / 96 for v in b])[1], 'fractions'),
    # Ids.
    (
        each('annotations', 'id', lambda i: 0)[1],
        '7 of 8 annotations have a dup',
    ),
    (
        each('annotations', 'id', lambda i: 1)[0],
        '1 of 8 annotations have a dup',
    ),
    (each('images', 'id', lambda i: 1)[0], '1 of 4 images have a duplicate id'),
    (each('categories', 'id', lambda i: 1)[1], '1 of 2 categories have a duplicate id'),
    (each('annotations', 'id', str)[0], '1 of 8 annotations have an id in quotes'),
    *[(f, 'an unknown image_id.*"1"') for f in each('annotations', 'image_id', str)],
    (each('annotations', 'category_id', str)[1], 'strings.*numbers: write both'),
    (
        each('annotations', 'category_id', lambda i: i - 1)[1],
        'category_id seems to count from 0.*from 1: add 1',
    ),
    (each('categories', 'name', lambda n: 'cat')[1], 'have a duplicate name'),
]

# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with annotation files in COCO's format, apart from shapes."""

from bench import Bench
from coco_spoiling import TRAIN, VAL, both, content, each, one, without
from mutation import Mutation


def text(change, split='train'):
    """Spoil the text of a file, given as bytes."""

    def spoil(bench: Bench):
        file = bench.json(split)
        file.write_bytes(change(file.read_bytes()))

    return spoil


def named(*names):
    """Give the file these categories, numbered from 1."""
    return lambda d: d.update(
        categories=[dict(id=i, name=name) for i, name in enumerate(names, 1)]
    )


def with_figs(d):
    """Add a category, with an object."""
    d['categories'].append(dict(id=4, name='fig'))
    d['annotations'][2]['category_id'] = 4


def classes(*names):
    """Name other classes on the command line."""
    return lambda bench: setattr(bench, 'classes', list(names))


READ = [
    Mutation(
        'a file cut off', 'masks', text(lambda b: b[: len(b) // 2]), (TRAIN, 'JSON')
    ),
    Mutation('an empty file', 'masks', text(lambda b: b''), (TRAIN, 'JSON|empty')),
    Mutation(
        'a file in UTF-16',
        'boxes',
        text(lambda b: b.decode().encode('utf-16')),
        (TRAIN,),
        ('refuse', 'work'),
    ),
    Mutation(
        'the validation file cut off', 'boxes', text(lambda b: b[:-9], 'val'), (VAL,)
    ),
    Mutation(
        'a list of results', 'boxes', text(lambda b: b'[{"image_id": 1}]'), (TRAIN,)
    ),
    Mutation(
        'no "images"', 'boxes', content(lambda d: d.pop('images')), (TRAIN, 'images')
    ),
    Mutation(
        'no "annotations" in val, as in test files',
        'boxes',
        content(lambda d: d.pop('annotations'), 'val'),
        (VAL, 'annotations'),
    ),
    Mutation(
        'no "categories"',
        'boxes',
        content(lambda d: d.pop('categories')),
        (TRAIN, 'categories'),
    ),
    Mutation(
        '"annotations" is null',
        'boxes',
        content(lambda d: d.update(annotations=None)),
        (TRAIN, 'annotations'),
    ),
    Mutation(
        'no annotations at all',
        'boxes',
        content(lambda d: d.update(annotations=[])),
        (TRAIN, 'annotation|object'),
    ),
    Mutation(
        'no images at all',
        'boxes',
        content(lambda d: d.update(images=[])),
        (TRAIN, 'image'),
    ),
]


KEYS = [
    Mutation(
        'an image without file_name',
        'boxes',
        without('file_name', 'images'),
        (TRAIN, 'file_name', r'\b3\b'),
    ),
    Mutation(
        'an image without height',
        'boxes',
        without('height', 'images'),
        (TRAIN, 'height', r'\b3\b'),
    ),
    Mutation(
        'an image without id',
        'boxes',
        without('id', 'images'),
        (TRAIN, r'\bid\b', 'image'),
    ),
    Mutation(
        'a width that is a string',
        'boxes',
        one('width', '96', of='images'),
        (TRAIN, 'width', r'\b3\b'),
    ),
    Mutation(
        'a width of 0', 'boxes', one('width', 0, of='images'), (TRAIN, 'width', '3')
    ),
    Mutation(
        'an annotation without bbox',
        'boxes',
        without('bbox'),
        (TRAIN, 'bbox', r'\b3\b'),
    ),
    Mutation(
        'an annotation without category_id',
        'boxes',
        without('category_id'),
        (TRAIN, 'category_id', r'\b3\b'),
    ),
    Mutation(
        'an annotation without image_id in val',
        'boxes',
        without('image_id', split='val'),
        (VAL, 'image_id', r'\b3\b'),
    ),
    Mutation('an annotation without id', 'boxes', without('id'), (TRAIN, r'\bid\b')),
    Mutation(
        'a category without name',
        'boxes',
        without('name', 'categories'),
        (TRAIN, 'name', 'categor'),
    ),
    Mutation(
        'an annotation that is a list',
        'boxes',
        content(lambda d: d['annotations'].__setitem__(2, [1, 2])),
        (TRAIN, 'annotation'),
    ),
]


IDS = [
    Mutation(
        'two images with one id',
        'boxes',
        one('id', 1, of='images'),
        (TRAIN, 'id', r'\b1\b'),
    ),
    Mutation(
        'one annotation id twice', 'boxes', one('id', 14), (TRAIN, 'id', r'\b14\b')
    ),
    Mutation(
        'one annotation id twice in val', 'boxes', one('id', 7, 'val'), (VAL, '7')
    ),
    Mutation(
        'annotation ids of two types',
        'boxes',
        one('id', '3'),
        (TRAIN, 'id', '\'3\'|"3"|str'),
    ),
    Mutation(
        'image ids that are strings, though not in the annotations',
        'boxes',
        each(lambda image: image.update(id=str(image['id'])), 'images'),
        (TRAIN, 'image_id', '15'),
    ),
    Mutation(
        'one annotation of an image that is not there',
        'boxes',
        one('image_id', 999),
        (TRAIN, 'image_id', '999', r'\b1\b'),
    ),
    Mutation(
        'one annotation of a category that is not there',
        'boxes',
        one('category_id', 77),
        (TRAIN, 'category_id', '77', r'\b1\b'),
    ),
    Mutation(
        'category ids from 0 in val alone',
        'boxes',
        content(
            lambda d: [
                a.update(category_id=a['category_id'] - 1) for a in d['annotations']
            ],
            'val',
        ),
        (VAL, 'category_id', r'\b0\b', r'\b3\b'),
    ),
    Mutation(
        'category ids that are strings',
        'boxes',
        each(lambda a: a.update(category_id=str(a['category_id']))),
        (TRAIN, 'category_id'),
    ),
    Mutation(
        'two categories with one id',
        'boxes',
        one('id', 1, of='categories'),
        (TRAIN, 'categor'),
    ),
    Mutation(
        'two categories with one name',
        'boxes',
        both(named('apple', 'pear', 'pear')),
        (TRAIN, 'pear'),
    ),
]


CLASSES = [
    Mutation(
        'a category that --classes leaves out',
        'boxes',
        classes('apple', 'pear'),
        (TRAIN, 'plum', '--classes apple pear plum'),
    ),
    Mutation(
        'a class that the file does not have',
        'boxes',
        classes('apple', 'pear', 'plum', 'fig'),
        (TRAIN, 'fig', '--classes apple pear plum'),
    ),
    Mutation(
        'classes in another order',
        'boxes',
        classes('plum', 'pear', 'apple'),
        (TRAIN, 'order', '--classes apple pear plum'),
    ),
    Mutation(
        'own data without --classes',
        'boxes',
        classes(),
        (TRAIN, '--classes apple pear plum'),
    ),
    Mutation(
        'a name in other letters',
        'boxes',
        classes('Apple', 'pear', 'plum'),
        (TRAIN, 'apple'),
    ),
    Mutation(
        'validation with categories in another order',
        'boxes',
        content(named('pear', 'apple', 'plum'), 'val'),
        (VAL, 'order|pear'),
    ),
    Mutation(
        'validation with one more category',
        'boxes',
        content(with_figs, 'val'),
        (VAL, 'fig'),
    ),
]

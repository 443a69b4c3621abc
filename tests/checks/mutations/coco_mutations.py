# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with annotation files in COCO's format."""

import math

from bench import Bench
from mutation import Mutation

TRAIN, VAL = 'instances_train2017.json', 'instances_val2017.json'
HUGE = 1000


def content(change, split='train'):
    """Spoil the content of an annotation file."""

    def spoil(bench):
        change(bench.coco[split])
        bench.save()

    return spoil


def both(change):
    """Spoil the content of both annotation files."""

    def spoil(bench):
        for split in bench.coco.values():
            change(split)
        bench.save()

    return spoil


def one(key, value, split='train', of='annotations'):
    """Set a key of the third annotation, or of another third entry."""
    return content(lambda d: d[of][2].update({key: value}), split)


def each(change, of='annotations'):
    """Change every annotation, or other entry, of both files."""
    return both(lambda d: [change(entry) for entry in d[of]])


def without(key, of='annotations', split='train'):
    """Remove a key of the third entry."""
    return content(lambda d: d[of][2].pop(key), split)


def text(change, split='train'):
    """Spoil the text of a file, given as bytes."""

    def spoil(bench: Bench):
        file = bench.json(split)
        file.write_bytes(change(file.read_bytes()))

    return spoil


def corners(entry):
    x, y, w, h = entry['bbox']
    entry['bbox'] = [x, y, x + w, y + h]


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


def rle(size, counts):
    """Give the third annotation a run-length mask."""
    return one('segmentation', dict(size=size, counts=counts))


def far_away(entry):
    entry['bbox'][0] += HUGE
    entry['segmentation'] = [
        [v + HUGE * (i % 2 == 0) for i, v in enumerate(polygon)]
        for polygon in entry['segmentation']
    ]


def tiny(entry):
    x, y, w, h = entry['bbox']
    entry['bbox'] = [x / 96, y / 80, w / 96, h / 80]


def small(d):
    for image in d['images']:
        image.update(width=24, height=20)


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

MASKS = [
    Mutation(
        'one polygon without the outer list',
        'masks',
        one('segmentation', [4, 4, 20, 4, 20, 20, 4, 20]),
        (TRAIN, 'segmentation|polygon', r'\b3\b'),
        ('refuse', 'work'),
    ),
    Mutation(
        'a polygon of two points',
        'masks',
        one('segmentation', [[4, 4, 20, 20]]),
        (TRAIN, 'polygon|segmentation', r'\b3\b'),
    ),
    Mutation(
        'a polygon of seven numbers',
        'masks',
        one('segmentation', [[4, 4, 20, 4, 20, 20, 4]]),
        (TRAIN, 'polygon|segmentation', r'\b3\b'),
    ),
    Mutation(
        'a NaN in a polygon',
        'masks',
        one('segmentation', [[4, 4, 20, math.nan, 20, 20]]),
        (TRAIN, 'polygon|segmentation', r'\b3\b', 'nan|finite'),
    ),
    Mutation(
        'an infinity in the second polygon of val',
        'masks',
        one('segmentation', [[4, 4, 20, 4, 20, 20], [4, 4, 9, math.inf, 5, 5]], 'val'),
        (VAL, 'polygon|segmentation', r'\b3\b', 'inf|finite'),
    ),
    Mutation(
        'strings in a polygon',
        'masks',
        one('segmentation', [['4', '4', '20', '4', '20', '20']]),
        (TRAIN, 'polygon|segmentation', r'\b3\b'),
    ),
    Mutation(
        'points as pairs',
        'masks',
        one('segmentation', [[[4, 4], [20, 4], [20, 20]]]),
        (TRAIN, 'polygon|segmentation', r'\b3\b'),
    ),
    Mutation(
        'an empty mask',
        'masks',
        one('segmentation', []),
        (TRAIN, 'segmentation|mask|polygon', r'\b3\b'),
    ),
    Mutation(
        'no masks for a model of masks',
        'masks',
        each(lambda a: a.pop('segmentation')),
        (TRAIN, 'segmentation|mask', 'faster_rcnn'),
    ),
    Mutation(
        'one mask missing',
        'masks',
        without('segmentation'),
        (TRAIN, 'segmentation|mask', r'\b3\b'),
    ),
    Mutation(
        'one mask null',
        'masks',
        one('segmentation', None),
        (TRAIN, 'segmentation|mask', r'\b3\b'),
    ),
    Mutation(
        'no masks in val',
        'masks',
        content(lambda d: [a.pop('segmentation') for a in d['annotations']], 'val'),
        (VAL, 'segmentation|mask'),
    ),
    Mutation(
        'a run-length mask of another size',
        'masks',
        rle([40, 48], [1000, 920]),
        (
            TRAIN,
            r'size|RLE|segmentation',
            r'\b3\b',
        ),
    ),
    Mutation(
        'a run-length mask with width and height swapped',
        'masks',
        rle([96, 80], [4000, 3680]),
        (TRAIN, r'size|RLE|segmentation', r'\b3\b'),
    ),
    Mutation(
        'runs that do not add up',
        'masks',
        rle([80, 96], [4000, 100]),
        (
            TRAIN,
            r'counts|RLE|segmentation',
            r'\b3\b',
        ),
    ),
    Mutation(
        'a run-length mask without counts',
        'masks',
        one('segmentation', dict(size=[80, 96])),
        (TRAIN, r'counts', r'\b3\b'),
    ),
    Mutation(
        'a negative run',
        'masks',
        rle([80, 96], [4000, -320, 4000]),
        (
            TRAIN,
            r'counts|RLE|segmentation',
            r'\b3\b',
        ),
    ),
    Mutation(
        'masks of the image before it was shrunk',
        'masks',
        each(lambda a: a.update(segmentation=[[9 * v for v in a['segmentation'][0]]])),
        (TRAIN, 'segmentation|mask|polygon'),
        ('refuse', 'warn'),
    ),
]

BOXES = [
    Mutation('boxes as corners', 'boxes', each(corners), (TRAIN, 'bbox|box', 'width')),
    Mutation(
        'boxes as corners in val, in a model of masks',
        'masks',
        content(lambda d: [corners(a) for a in d['annotations']], 'val'),
        (VAL, 'width'),
    ),
    Mutation(
        'boxes as corners without area',
        'boxes',
        each(lambda a: (corners(a), a.pop('area'))),
        (TRAIN, 'bbox|box'),
    ),
    Mutation(
        'a NaN in a box',
        'boxes',
        one('bbox', [4, 4, math.nan, 9]),
        (TRAIN, 'b?box', r'\b3\b'),
    ),
    Mutation(
        'an infinite box',
        'boxes',
        one('bbox', [4, 4, math.inf, 9]),
        (TRAIN, 'b?box', r'\b3\b'),
    ),
    Mutation(
        'a box of negative width',
        'boxes',
        one('bbox', [40, 4, -20, 9]),
        (TRAIN, 'box', r'\b3\b'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'a box of three numbers', 'boxes', one('bbox', [4, 4, 9]), (TRAIN, 'box', '3')
    ),
    Mutation('an empty box', 'boxes', one('bbox', []), (TRAIN, 'box', r'\b3\b')),
    Mutation(
        'a box that is null', 'boxes', one('bbox', None), (TRAIN, 'box', r'\b3\b')
    ),
    Mutation(
        'a box of strings',
        'boxes',
        one('bbox', ['4', '4', '9', '9']),
        (TRAIN, 'box', '3'),
    ),
    Mutation(
        'all boxes of no height',
        'boxes',
        each(lambda a: a['bbox'].__setitem__(3, 0)),
        (TRAIN, 'box', '15'),
    ),
    Mutation('boxes as fractions', 'boxes', each(tiny), (TRAIN, 'box')),
    Mutation('all boxes far outside', 'masks', each(far_away), (TRAIN, 'box', '15')),
    Mutation(
        'one box far outside',
        'masks',
        content(lambda d: far_away(d['annotations'][2])),
        (TRAIN, 'box', r'\b3\b|\b1\b'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'areas of 0, which mmdet drops',
        'boxes',
        each(lambda a: a.update(area=0)),
        (TRAIN, 'area'),
        ('refuse', 'work'),
    ),
    Mutation(
        'an area that is null',
        'boxes',
        one('area', None),
        (TRAIN, 'area', r'\b3\b'),
        ('refuse', 'work'),
    ),
]

FILTERS = [
    Mutation(
        'crowds only',
        'boxes',
        each(lambda a: a.update(iscrowd=1)),
        (TRAIN, 'crowd', '15'),
    ),
    Mutation(
        'crowds only, in val',
        'boxes',
        content(lambda d: [a.update(iscrowd=1) for a in d['annotations']], 'val'),
        (VAL, 'crowd'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'iscrowd that is a string, which is true',
        'boxes',
        each(lambda a: a.update(iscrowd='0')),
        (TRAIN, 'iscrowd'),
    ),
    Mutation(
        'no image as large as min_size',
        'boxes',
        lambda bench: bench.cfg_options.append(
            'train_dataloader.dataset.filter_cfg.min_size=500'
        ),
        (TRAIN, r'\b5\b', 'min_size'),
    ),
    Mutation(
        'objects in images that are too small alone',
        'boxes',
        lambda bench: (
            bench.coco['train'].update(
                annotations=[
                    a for a in bench.annotations('train') if a['image_id'] == 1
                ]
            ),
            bench.coco['train']['images'][0].update(width=20, height=20),
            [a.update(bbox=[2, 2, 8, 8], area=64) for a in bench.annotations('train')],
            bench.save(),
        ),
        (TRAIN, '32|size'),
    ),
]

COCO = READ + KEYS + IDS + CLASSES + MASKS + BOXES + FILTERS

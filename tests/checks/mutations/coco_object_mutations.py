# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with masks and boxes in COCO's format, and what is left of them."""

import math

from coco_spoiling import TRAIN, VAL, content, each, one, without
from mutation import Mutation

HUGE = 1000


def corners(entry):
    x, y, w, h = entry['bbox']
    entry['bbox'] = [x, y, x + w, y + h]


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

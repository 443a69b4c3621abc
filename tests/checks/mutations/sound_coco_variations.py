# SPDX-License-Identifier: Apache-2.0
"""Unusual annotation files in COCO's format, and images, in which nothing is wrong."""

import shutil

import numpy as np
from coco_spoiling import both, each, one
from image_mutations import images
from label_mutations import several
from mutation import WARN, Mutation, config
from PIL import Image
from pycocotools import mask as coco_mask
from sound_data import HEIGHT, WIDTH


def gaps(d):
    """Number the categories 0, 7 and 90."""
    number = {1: 0, 2: 7, 3: 90}
    for entry in d['categories']:
        entry['id'] = number[entry['id']]
    for entry in d['annotations']:
        entry['category_id'] = number[entry['category_id']]


def run_lengths(d):
    """Write the masks as run lengths: compressed, or a list, by turns."""
    for entry in d['annotations']:
        x, y, w, h = entry['bbox']
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        mask[y : y + h, x : x + w] = 1
        if entry['id'] % 2:
            packed = coco_mask.encode(np.asfortranarray(mask))
            counts = packed['counts'].decode()
        else:
            flat = mask.ravel(order='F')
            edges = np.flatnonzero(np.diff(flat)) + 1
            counts = np.diff([0, *edges, flat.size]).tolist()
        entry['segmentation'] = dict(size=[HEIGHT, WIDTH], counts=counts)


def empty_image(d):
    d['annotations'] = [a for a in d['annotations'] if a['image_id'] != 2]


def image_number(change):
    """Change the number of every image."""

    def renumber(d):
        for image in d['images']:
            image['id'] = change(image['id'])
        for annotation in d['annotations']:
            annotation['image_id'] = change(annotation['image_id'])

    return both(renumber)


def renamed(change):
    """Change the names of the image files, and folders, in both splits."""

    def spoil(bench):
        for split, content in bench.coco.items():
            folder = bench.data / f'{split}2017'
            for image in content['images']:
                new = folder / change(image['file_name'])
                new.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(folder / image['file_name'], new)
                image['file_name'] = change(image['file_name'])
        bench.save()

    return spoil


def names(*new):
    """Call the classes otherwise, in the file and on the command line."""

    def spoil(bench):
        bench.classes = list(new)
        for content in bench.coco.values():
            for entry, name in zip(content['categories'], new, strict=True):
                entry['name'] = name
        bench.save()

    return spoil


def converted(mode):
    """Save the images in another mode, as PNG under their old name."""

    def change(file):
        with Image.open(file) as image:
            other = image.convert(mode)
        other.save(file, 'PNG')

    return several(images(change), images(change, 'val'))


def small_val(bench):
    """Make the images of val 20 pixels large."""
    for image in bench.coco['val']['images']:
        image.update(width=20, height=20)
    for file in bench.images('val'):
        Image.open(file).resize((20, 20)).save(file)
    for entry in bench.annotations('val'):
        entry.update(bbox=[2, 2, 12, 12], area=144)
    bench.save()


def whole_config(bench):
    """Name everything in the config, nothing on the command line."""
    bench.config += f"""
data_root = '{bench.data}'
names = dict(classes=('apple', 'pear', 'plum'))
for loader in (train_dataloader, val_dataloader):
    loader['dataset'].update(data_root=data_root, metainfo=names)
del loader
val_evaluator = dict(ann_file=data_root + '/annotations/instances_val2017.json')
test_evaluator = val_evaluator
model['roi_head']['bbox_head']['num_classes'] = 3
"""
    bench.data, bench.classes = None, []


COCO = [
    Mutation('sound masks', 'masks'),
    Mutation('sound boxes', 'boxes'),
    Mutation('gaps in category ids', 'masks', both(gaps)),
    Mutation('run-length masks of both kinds', 'masks', both(run_lengths)),
    Mutation(
        'masks beside a model of boxes',
        'masks',
        config(
            "load.update(with_mask=False)\nmodel['roi_head'].update(mask_head=None, "
            "mask_roi_extractor=None)\nmodel.update(type='FasterRCNN')\n"
            "val_evaluator = dict(metric='bbox')\ntest_evaluator = val_evaluator"
        ),
    ),
    Mutation('an image without objects', 'masks', both(empty_image)),
    Mutation('a crowd among others', 'boxes', one('iscrowd', 1)),
    Mutation(
        'a crowd with a run-length mask',
        'masks',
        several(
            one('iscrowd', 1),
            one('segmentation', dict(size=[HEIGHT, WIDTH], counts=[3000, 400, 4280])),
        ),
    ),
    Mutation('no iscrowd', 'masks', each(lambda a: a.pop('iscrowd'))),
    Mutation('no area', 'masks', each(lambda a: a.pop('area'))),
    Mutation(
        'no area, no iscrowd, boxes',
        'boxes',
        each(lambda a: (a.pop('area'), a.pop('iscrowd'))),
    ),
    Mutation('iscrowd false', 'boxes', each(lambda a: a.update(iscrowd=False))),
    Mutation(
        'unknown keys',
        'boxes',
        each(
            lambda a: a.update(
                score=0.5, attributes=dict(occluded=False), track_id=None
            )
        ),
    ),
    Mutation(
        'a supercategory and keypoints',
        'boxes',
        both(
            lambda d: [
                c.update(supercategory='fruit', keypoints=['stalk'])
                for c in d['categories']
            ]
        ),
    ),
    Mutation(
        'no info, no licenses',
        'boxes',
        both(lambda d: (d.pop('info'), d.pop('licenses'))),
    ),
    Mutation(
        'coordinates of two decimals',
        'masks',
        each(
            lambda a: a.update(bbox=[v + 0.25 for v in a['bbox']], area=a['area'] + 0.5)
        ),
    ),
    Mutation(
        'a box a fraction outside',
        'boxes',
        one('bbox', [0.0, 3.5, 96.3, 40.2]),
        (),
        WARN,
    ),
    Mutation(
        'a box that starts at -0.5', 'boxes', one('bbox', [-0.5, 3, 30, 24]), (), WARN
    ),
    Mutation('one box without width', 'boxes', one('bbox', [20, 9, 0, 24]), (), WARN),
    Mutation('large image numbers', 'boxes', image_number(lambda i: i * 10**12 + 7)),
    Mutation(
        'image numbers that are strings everywhere',
        'boxes',
        image_number(lambda i: f'frame-{i}'),
    ),
    Mutation('image numbers from 0', 'boxes', image_number(lambda i: i - 1)),
    Mutation(
        'annotation numbers from 0',
        'boxes',
        each(lambda a: a.update(id=a['id'] - 1)),
        (),
        WARN,
    ),
    Mutation(
        'file names that are not ASCII', 'boxes', renamed(lambda n: f'Äpfel und 梨 {n}')
    ),
    Mutation(
        'class names that are not ASCII', 'boxes', names('Apfel', 'Bïrne', '李子')
    ),
    Mutation(
        'class names of two words', 'boxes', names('red apple', 'green pear', 'plum')
    ),
    Mutation('sub-folders', 'boxes', renamed(lambda n: f'cam_1/day 2/{n}')),
    Mutation(
        'images called .JPEG', 'boxes', renamed(lambda n: n.replace('.jpg', '.JPEG'))
    ),
    Mutation('20-pixel images in val', 'boxes', small_val),
    Mutation('grey images', 'boxes', converted('L')),
    Mutation('images with alpha', 'boxes', converted('RGBA')),
    Mutation('palette images called jpg', 'boxes', converted('P')),
    Mutation(
        'val without one of the classes',
        'boxes',
        lambda bench: (
            bench.coco['val'].update(
                annotations=[
                    a for a in bench.annotations('val') if a['category_id'] != 3
                ]
            ),
            bench.save(),
        ),
        (),
        WARN,
    ),
    Mutation(
        'one class far rarer',
        'boxes',
        lambda bench: (
            bench.coco['train'].update(
                annotations=[
                    a
                    for a in bench.annotations('train')
                    if a['category_id'] != 2 or a['image_id'] == 1
                ]
            ),
            bench.save(),
        ),
    ),
    Mutation(
        'one image smaller than min_size',
        'boxes',
        several(
            lambda bench: Image.new('RGB', (24, 24)).save(bench.images()[0]),
            lambda bench: bench.coco['train']['images'][0].update(width=24, height=24),
            lambda bench: [
                a.update(bbox=[2, 2, 12, 12], area=144)
                for a in bench.annotations('train')
                if a['image_id'] == 1
            ],
            lambda bench: bench.save(),
        ),
        (),
        WARN,
    ),
    Mutation(
        'objects that lie on each other',
        'boxes',
        each(lambda a: a.update(bbox=[10, 10, 40, 40], area=1600)),
    ),
    Mutation(
        'a mask of several polygons',
        'masks',
        one('segmentation', [[4, 4, 20, 4, 20, 20], [30, 30, 40, 30, 40, 50]]),
    ),
    Mutation(
        'a polygon a fraction outside',
        'masks',
        one('segmentation', [[-0.4, 3, 96.3, 3, 96.3, 60, -0.4, 60]]),
        (),
        WARN,
    ),
    Mutation('all in the config', 'boxes', whole_config),
]

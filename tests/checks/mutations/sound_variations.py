# SPDX-License-Identifier: Apache-2.0
"""Runs that look unusual, in which nothing is wrong.

None may be refused. A variation with 'warn' among its ways may print a warning.
"""

import shutil

import numpy as np
from checkpoint_mutations import checkpoint, resumed
from coco_mutations import both, each, one
from image_mutations import channels_of, four_channels, images
from label_mutations import classes, count_from_0, has_labels, labels, maps, several
from mutation import Mutation, config, nothing, options
from PIL import Image
from pycocotools import mask as coco_mask
from sound_data import HEIGHT, WIDTH

WARN = ('work', 'warn')


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


def paletted(image):
    """The labels as indices into a palette."""
    indexed = Image.fromarray(np.array(image), 'P')
    indexed.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0] + [0] * 756)
    return indexed


def into_folders(bench):
    """Put images and maps of train into folders of cities."""
    for number, (image, label) in enumerate(
        zip(bench.images(), bench.maps('train'), strict=True)
    ):
        for file in (image, label):
            folder = file.parent / f'city_{number % 2}'
            folder.mkdir(exist_ok=True)
            shutil.move(file, folder / file.name)


def more_maps_than_images(bench):
    bench.images()[0].unlink()


def a_hidden_file(bench):
    (bench.images()[0].parent / 'Thumbs.db').write_bytes(b'x')
    (bench.maps('train')[0].parent / '.DS_Store').write_bytes(b'x')


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


def no_validation(bench):
    bench.config += '\nval_cfg = None\nval_dataloader = None\nval_evaluator = None\n'


OWN_HOOK = """
custom_hooks = [
    dict(type='EMAHook', momentum=0.001),
    dict(type='EarlyStoppingHook', monitor='mIoU', rule='greater', patience=5),
]
"""
REPEATED = """
inner = dict(train_dataloader['dataset'], type='CocoDataset',
    data_root='data', ann_file='annotations/instances_train2017.json',
    data_prefix=dict(img='train2017/'))
train_dataloader['dataset'] = dict(
    _delete_=True, type='RepeatDataset', times=2, dataset=inner)
del inner
"""
ONE_CYCLE = """
param_scheduler = [
    dict(type='OneCycleLR', eta_max=1e-3, total_steps=8, by_epoch=False),
]
"""

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

LABELS = [
    Mutation('sound label maps', 'maps', nothing, proof=has_labels(0, 1, 2)),
    Mutation('palette maps', 'maps', maps(paletted), proof=has_labels(0, 1, 2)),
    Mutation(
        '16-bit maps with small values',
        'maps',
        maps(lambda i: Image.fromarray(np.array(i).astype(np.uint16))),
        proof=has_labels(0, 1, 2),
    ),
    Mutation(
        'bilevel maps from 0',
        'maps',
        several(
            maps(lambda i: Image.fromarray(np.array(i) > 1)),
            classes('soil', 'plant life'),
            count_from_0,
        ),
        proof=has_labels(0, 1),
    ),
    Mutation(
        'labels from 0',
        'maps',
        several(labels(0, 0, 1, 2), count_from_0),
        proof=has_labels(0, 1, 2),
    ),
    Mutation('ignored pixels, 255', 'maps', labels(255, 1, 2, 3)),
    Mutation(
        'a map that is ignored as a whole',
        'maps',
        maps(lambda i: i.point(lambda v: 0), 'train', first=1),
        (),
        WARN,
    ),
    Mutation(
        'a map of one class',
        'maps',
        maps(lambda i: i.point(lambda v: 1), 'train', first=1),
    ),
    Mutation(
        'val without one class', 'maps', labels(0, 1, 2, 2, splits=('val',)), (), WARN
    ),
    Mutation('more maps than images', 'maps', more_maps_than_images, (), WARN),
    Mutation('files of the desktop among them', 'maps', a_hidden_file),
    Mutation('sub-folders of maps', 'maps', into_folders),
    Mutation(
        'grey images beside maps',
        'maps',
        several(
            images(lambda f: Image.open(f).convert('L').save(f)),
        ),
    ),
    Mutation(
        'grey images of one channel',
        'maps',
        several(
            options(
                'model.backbone.in_channels=1',
                'model.data_preprocessor.mean=[120.0]',
                'model.data_preprocessor.std=[60.0]',
                'model.data_preprocessor.bgr_to_rgb=False',
            ),
            config(
                'for steps in (train_pipeline, test_pipeline):\n'
                "    steps[0].update(color_type='grayscale')\ndel steps"
            ),
        ),
        proof=channels_of(1),
    ),
    Mutation(
        'images of four channels',
        'maps',
        several(
            four_channels,
            options(
                'model.data_preprocessor.mean=[120.0,120.0,120.0,0.0]',
                'model.data_preprocessor.std=[60.0,60.0,60.0,255.0]',
                'model.data_preprocessor.bgr_to_rgb=False',
            ),
        ),
        proof=channels_of(4),
    ),
    Mutation(
        "some of ADE20K's names among own ones",
        'maps',
        classes('wall', 'weed', 'car'),
        proof=has_labels(0, 1, 2),
    ),
]

CONFIGS = [
    *(
        Mutation(f'{" ".join(words)} after --cfg-options', base, options(*words))
        for base, *words in (
            ('maps', 'model.backbone.with_cp=True'),
            ('maps', 'model.backbone.frozen_stages=1'),
            ('maps', 'default_hooks.checkpoint.max_keep_ckpts=3'),
            ('maps', 'default_hooks.checkpoint.save_best=mIoU'),
            ('maps', 'default_hooks.checkpoint.save_best=auto'),
            ('boxes', 'default_hooks.checkpoint.save_best=coco/bbox_mAP_50'),
            ('maps', 'optim_wrapper.clip_grad.max_norm=1.0'),
            ('maps', 'optim_wrapper.accumulative_counts=2'),
            ('maps', 'randomness.seed=7', 'randomness.deterministic=True'),
            ('boxes', 'find_unused_parameters=True'),
            ('boxes', 'train_dataloader.dataset.indices=3'),
            ('boxes', 'train_dataloader.dataset.filter_cfg.min_size=8'),
            ('boxes', 'train_dataloader.pin_memory=True'),
            ('boxes', 'train_dataloader.batch_size=1'),
            ('boxes', 'val_evaluator.classwise=True'),
            ('boxes', 'model.train_cfg.rcnn.sampler.pos_fraction=0.5'),
            ('boxes', 'train_dataloader.dataset.pipeline.3.prob=0.0'),
            ('maps', 'visualizer.alpha=0.3'),
            ('maps', 'log_level=ERROR'),
        )
    ),
    Mutation('no validation', 'maps', no_validation),
    Mutation(
        'no validation by --cfg-options',
        'boxes',
        options('val_cfg=None', 'val_dataloader=None', 'val_evaluator=None'),
    ),
    Mutation(
        'variables of the user',
        'maps',
        config(
            "my_rate = 1e-3\nexperiment = dict(note='first', tags=['a', 'b'])\n"
            'optim_wrapper = dict(optimizer=dict(lr=my_rate))'
        ),
    ),
    Mutation(
        'a list of bases',
        'maps',
        lambda bench: setattr(
            bench,
            'config',
            bench.config.replace("_base_ = '", "_base_ = ['", 1).replace(
                "former.py'", "former.py']", 1
            ),
        ),
    ),
    Mutation(
        'SGD in the place of AdamW',
        'maps',
        config(
            "optim_wrapper = dict(optimizer=dict(_delete_=True, type='SGD', lr=0.01, "
            'momentum=0.9))'
        ),
    ),
    Mutation('no mixed precision', 'maps', lambda b: b.options.append('--no-amp')),
    Mutation('EMA', 'boxes', lambda b: b.options.append('--ema')),
    Mutation(
        'accumulation', 'boxes', lambda b: b.options.extend(['--accumulate', '2'])
    ),
    Mutation('hooks of the user', 'maps', config(OWN_HOOK)),
    Mutation('a schedule of one cycle', 'maps', config(ONE_CYCLE)),
    Mutation('no schedule', 'boxes', config('param_scheduler = []')),
    Mutation('a data set that is repeated', 'boxes', config(REPEATED)),
    Mutation(
        'plain batch norm and group norm',
        'maps',
        config(
            "model['decode_head']['norm_cfg'] = dict(type='BN', requires_grad=True)\n"
            "model['auxiliary_head']['norm_cfg'] = dict("
            "_delete_=True, type='GN', num_groups=4)"
        ),
    ),
    Mutation(
        'one image under group norm',
        'maps',
        config(
            "group = dict(_delete_=True, type='GN', num_groups=4)\n"
            "model['decode_head']['norm_cfg'] = group\n"
            "model['auxiliary_head']['norm_cfg'] = group\n"
            "train_dataloader['batch_size'] = 1"
        ),
    ),
    Mutation('no auxiliary head', 'maps', config('model.update(auxiliary_head=None)')),
    Mutation(
        'weights of three classes',
        'maps',
        config(
            "model['decode_head']['loss_decode'] = dict(class_weight=[1.0, 2.0, 3.0])"
        ),
    ),
    Mutation(
        'two losses',
        'maps',
        config(
            "model['decode_head']['loss_decode'] = [\n"
            "    dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),\n"
            "    dict(type='DiceLoss', loss_weight=3.0)]"
        ),
    ),
    Mutation(
        "mmdet's own backbone with its neck",
        'boxes',
        config(
            "model['backbone'] = dict(_delete_=True, type='ResNet', depth=18)\n"
            "model['neck'] = dict(in_channels=[64, 128, 256, 512])"
        ),
    ),
    Mutation(
        'no crop',
        'maps',
        config("train_pipeline[2:4] = [dict(type='Resize', scale=(64, 64))]"),
    ),
    Mutation(
        'logging by another interval',
        'maps',
        config(
            'default_hooks = dict(logger=dict(interval=1, log_metric_by_epoch=False))'
        ),
    ),
    Mutation(
        'whole images in val',
        'maps',
        config("model['test_cfg'] = dict(_delete_=True, mode='whole')"),
    ),
    Mutation(
        'resume in the same run', 'maps', resumed(), proof=lambda o: 0 < o.lr < 1e-4
    ),
    Mutation(
        'start over an earlier run on purpose',
        'maps',
        lambda bench: (checkpoint(bench), bench.options.append('--overwrite')),
    ),
    Mutation(
        'a warm-up of a part of the run', 'maps', options('param_scheduler.0.end=3')
    ),
    Mutation('keys of the data after its own', 'maps', config('dataset_version = 3')),
]

SOUND = COCO + LABELS + CONFIGS

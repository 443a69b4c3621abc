# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with label maps."""

import shutil

import numpy as np
from mutation import Mutation, config, options
from PIL import Image


def maps(change, *splits, first=None):
    """Spoil the label maps of these splits, or the first few of them.

    Args:
        change: Takes a PIL image, returns one.
        splits: 'train' or 'val'; both by default.
        first: How many of them.
    """

    def spoil(bench):
        for file in bench.maps(*splits)[:first]:
            with Image.open(file) as image:
                changed = change(image.copy())
            changed.save(file)

    return spoil


def labels(*table, splits=()):
    """Replace the labels 0, 1, 2, 3."""
    return lambda bench: bench.relabel(table, *splits)


def classes(*names):
    return lambda bench: setattr(bench, 'classes', list(names))


def several(*spoils):
    return lambda bench: [spoil(bench) for spoil in spoils]


def count_from_0(bench):
    bench.options += ['--labels-from', '0']


def coloured(image):
    palette = np.array([[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0]], np.uint8)
    return Image.fromarray(palette[np.array(image)])


def as_jpeg(bench):
    bench.rename(bench.maps(), '.jpg')


def one_value(value):
    """Put a value into a corner of the label maps."""

    def change(image):
        pixels = np.array(image)
        pixels[-6:, -6:] = value
        return Image.fromarray(pixels)

    return change


def without(split, *places):
    def spoil(bench):
        files = bench.maps(split)
        for place in places:
            files[place].unlink()

    return spoil


def overwrite(content, split='train'):
    return lambda bench: bench.maps(split)[1].write_bytes(content)


def cut(bench):
    file = bench.maps('train')[1]
    file.write_bytes(file.read_bytes()[:40])


def renamed_maps(suffix):
    """Give all label maps another ending."""

    def spoil(bench):
        for file in bench.maps():
            shutil.move(file, file.with_name(file.stem + suffix))

    return spoil


def large_numbers(image):
    return Image.fromarray(np.array(image).astype(np.uint16) * 1000)


def has_labels(*wanted):
    """Whether the first batch has exactly these labels, apart from ignored pixels."""

    def proof(outcome):
        found = set()
        for sample in outcome.batch['data_samples']:
            found |= set(sample.gt_sem_seg.data.unique().tolist())
        return found - {255} == set(wanted)

    return proof


CHANNELS = [
    Mutation(
        'colours', 'maps', maps(coloured), ('0001.png|0002.png', 'channel|colou?r')
    ),
    Mutation(
        'one map in colours',
        'maps',
        maps(coloured, 'train', first=1),
        ('0001.png', 'channel|colou?r'),
    ),
    Mutation(
        'one map in colours in val',
        'maps',
        maps(coloured, 'val', first=1),
        ('validation', '0001.png', 'channel|colou?r'),
    ),
    Mutation(
        'an alpha channel',
        'maps',
        maps(lambda i: i.convert('LA')),
        ('png', 'channel|alpha'),
    ),
    Mutation(
        'colours with alpha',
        'maps',
        maps(lambda i: i.convert('RGBA')),
        ('png', 'channel'),
    ),
    Mutation(
        'JPEG labels',
        'maps',
        several(
            as_jpeg,
            options(
                'train_dataloader.dataset.seg_map_suffix=.jpg',
                'val_dataloader.dataset.seg_map_suffix=.jpg',
            ),
        ),
        ('jpe?g', 'loss|changes'),
    ),
    Mutation(
        'a JPEG called png',
        'maps',
        lambda bench: Image.open(bench.maps('train')[1]).save(
            bench.maps('train')[1], 'JPEG'
        ),
        ('0002.png', 'jpe?g|lossy'),
    ),
    Mutation(
        'instance numbers of 16 bits',
        'maps',
        maps(large_numbers),
        ('1000|16.bit|3000', 'png'),
    ),
]

FILES = [
    Mutation(
        'half the size',
        'maps',
        maps(lambda i: i.resize((48, 40), 0)),
        ('48', '96', 'png'),
    ),
    Mutation(
        'one map of another size',
        'maps',
        maps(lambda i: i.resize((95, 80), 0), 'train', first=1),
        ('0001.png', '95', '96'),
    ),
    Mutation(
        'one map turned in val',
        'maps',
        maps(lambda i: i.transpose(Image.Transpose.ROTATE_90), 'val', first=1),
        ('validation', '0001.png', '80', '96'),
    ),
    Mutation('a map missing', 'maps', without('train', 2), ('0003', r'\b1\b')),
    Mutation(
        'two maps missing in val',
        'maps',
        without('val', 0, 2),
        ('validation|val', '2', '0001'),
    ),
    Mutation(
        'no maps', 'maps', without('train', *range(5)), ('annotations.training', '5|no')
    ),
    Mutation('a map cut off', 'maps', cut, ('0002.png',)),
    Mutation('a map of no bytes', 'maps', overwrite(b''), ('0002.png',)),
    Mutation(
        'a map that is a web page', 'maps', overwrite(b'<html></html>'), ('0002.png',)
    ),
    Mutation(
        'another ending of the maps',
        'maps',
        renamed_maps('_labels.png'),
        ('_labels.png|seg_map_suffix',),
        ('refuse', 'work'),
        has_labels(0, 1, 2),
    ),
    Mutation(
        'images called .JPG',
        'maps',
        lambda bench: bench.rename(bench.images() + bench.images('val'), '.JPG'),
        ('JPG', 'img_suffix'),
        ('refuse', 'work'),
    ),
    Mutation(
        'png among the jpg images, which would be left out',
        'maps',
        lambda bench: bench.rename(bench.images()[:2], '.png'),
        ('png', r'\b2\b'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'images in val of another kind',
        'maps',
        lambda bench: bench.rename(bench.images('val'), '.png'),
        ('png', 'val'),
        ('refuse', 'work'),
    ),
]

VALUES = [
    Mutation('0 and 255', 'maps', labels(0, 255, 255, 255), ('255', 'ignored', '0')),
    Mutation(
        '0 and 255 in val',
        'maps',
        labels(0, 255, 255, 255, splits=('val',)),
        (
            '255',
            'val',
        ),
        ('refuse', 'warn'),
    ),
    Mutation(
        'labels from 0',
        'maps',
        labels(0, 0, 1, 2),
        ('weed', '--labels-from 0'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'labels from 0 in val alone',
        'maps',
        labels(0, 0, 1, 2, splits=('val',)),
        ('weed',),
        ('refuse', 'warn'),
    ),
    Mutation(
        'a label above the classes', 'maps', maps(one_value(4)), (r'\b4\b', '3|weed')
    ),
    Mutation(
        'a label above the classes in one map of val',
        'maps',
        maps(one_value(9), 'val', first=1),
        (r'\b9\b', '0001.png|val'),
    ),
    Mutation(
        'a label of 254 in one map',
        'maps',
        maps(one_value(254), 'train', first=1),
        ('254',),
    ),
    Mutation('0 alone', 'maps', labels(0, 0, 0, 0), ('ignored', r'\b0\b')),
    Mutation('255 alone', 'maps', labels(255, 255, 255, 255), ('ignored', '255')),
    Mutation(
        'one class alone',
        'maps',
        labels(0, 1, 1, 1),
        ('crop', 'weed'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'labels of another numbering',
        'maps',
        labels(0, 7, 11, 21),
        ('7', '11', '21'),
    ),
    Mutation(
        'one class under softmax',
        'maps',
        several(labels(0, 1, 1, 1), classes('soil')),
        ('one class|1 class|softmax|single class', 'background|use_sigmoid'),
    ),
    Mutation(
        "names that are ADE20K's own",
        'maps',
        classes('wall', 'car', 'road'),
        ('ADE20K',),
        ('refuse', 'work'),
        has_labels(0, 1, 2),
    ),
    Mutation(
        '--labels-from 0 for labels from 1',
        'maps',
        count_from_0,
        (r'\b3\b', 'weed|3 classes|labels'),
    ),
    Mutation(
        '0 and 255 with --labels-from 0',
        'maps',
        several(labels(0, 0, 255, 255), count_from_0, classes('soil', 'crop')),
        ('255', 'crop'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'more classes than labels, by one name',
        'maps',
        classes('soil', 'crop', 'weed', 'stone'),
        ('stone',),
        ('refuse', 'warn'),
    ),
    Mutation('fewer classes than labels', 'maps', classes('soil', 'crop'), (r'\b3\b',)),
    Mutation(
        'reduce_zero_label in the pipeline alone',
        'maps',
        config(
            "train_dataloader['dataset'].update("
            "type='BaseSegDataset', reduce_zero_label=False, img_suffix='.jpg', "
            "seg_map_suffix='.png')"
        ),
        ('reduce_zero_label',),
        ('refuse', 'work'),
        has_labels(0, 1, 2),
    ),
]

LABELS = CHANNELS + FILES + VALUES

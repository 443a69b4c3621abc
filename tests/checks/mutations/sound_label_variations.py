# SPDX-License-Identifier: Apache-2.0
"""Unusual label maps in which nothing is wrong."""

import shutil

import numpy as np
from image_mutations import channels_of, four_channels, images
from label_mutations import classes, count_from_0, has_labels, labels, maps, several
from mutation import WARN, Mutation, config, nothing, options
from PIL import Image


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

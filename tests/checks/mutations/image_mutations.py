# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with images."""

import numpy as np
from mutation import Mutation, options
from PIL import Image

ORIENTATION = 0x0112
PREPROCESSOR = 'model.data_preprocessor'


def images(change, split='train', first=None):
    """Spoil image files; `change` takes a path."""

    def spoil(bench):
        for file in bench.images(split)[:first]:
            change(file)

    return spoil


def write(content):
    return lambda file: file.write_bytes(content)


def remove(split, *places):
    def spoil(bench):
        files = bench.images(split)
        for place in places:
            files[place].unlink()

    return spoil


def turned(file):
    """Let the EXIF of a file say that it is to be turned by 90 degrees."""
    with Image.open(file) as image:
        image.load()
        exif = Image.Exif()
        exif[ORIENTATION] = 6
        image.save(file, exif=exif, quality=92)


def shrunk(file):
    with Image.open(file) as image:
        smaller = image.resize((48, 40))
    smaller.save(file)


def deep(bench):
    """Replace the images by 16-bit PNGs that use 11 bits."""
    for split in ('train', 'val'):
        for file in bench.images(split):
            pixels = np.array(Image.open(file).convert('L')).astype(np.uint16) * 8
            Image.fromarray(pixels).save(file.with_suffix('.png'))
            file.unlink()
    if bench.base == 'maps':
        bench.cfg_options += [
            'train_dataloader.dataset.img_suffix=.png',
            'val_dataloader.dataset.img_suffix=.png',
        ]
    else:
        for content in bench.coco.values():
            for image in content['images']:
                image['file_name'] = image['file_name'].replace('.jpg', '.png')
        bench.save()


def names(change, split='train'):
    """Change the file names in the annotation file."""

    def spoil(bench):
        for image in bench.coco[split]['images']:
            image['file_name'] = change(image['file_name'])
        bench.save()

    return spoil


def swap_sizes(bench):
    for image in bench.coco['train']['images'][:1]:
        image['width'], image['height'] = image['height'], image['width']
    bench.save()


def four_channels(bench):
    """Replace the images by PNGs of four channels, and let them be loaded so."""
    for split in ('train', 'val'):
        for file in bench.images(split):
            with Image.open(file) as image:
                image.convert('RGBA').save(file.with_suffix('.png'))
            file.unlink()
        loader = f'{split}_dataloader.dataset'
        bench.cfg_options += [
            f'{loader}.img_suffix=.png',
            f'{loader}.pipeline.0.color_type=unchanged',
        ]
    bench.cfg_options.append('model.backbone.in_channels=4')


def channels_of(number):
    """Whether the images of the first batch have as many channels."""
    return lambda outcome: all(i.shape[0] == number for i in outcome.batch['inputs'])


IMAGES = [
    Mutation(
        'one image missing', 'boxes', remove('train', 2), ('000003.jpg', '1 of 5')
    ),
    Mutation(
        'two images of val missing',
        'boxes',
        remove('val', 0, 2),
        ('000001.jpg', '2 of 3'),
    ),
    Mutation(
        'all images missing',
        'boxes',
        remove('train', *range(5)),
        ('000001.jpg', '5 of 5|none of the 5'),
    ),
    Mutation(
        'the folder twice in the file names',
        'boxes',
        names(lambda name: f'train2017/{name}'),
        ('train2017/000001.jpg', '5 of 5|none of the 5', r'data_prefix.img=(?!\.\.)'),
    ),
    Mutation(
        'file names in capitals',
        'boxes',
        names(str.upper),
        ('000001.JPG', '5 of 5|none of the 5'),
    ),
    Mutation(
        'file names of Windows',
        'boxes',
        names(lambda name: f'C:\\data\\{name}'),
        ('000001.jpg', '5 of 5|none of the 5'),
    ),
    Mutation(
        'an image that is a web page',
        'boxes',
        images(write(b'<!DOCTYPE html><html></html>'), first=1),
        ('000001.jpg',),
    ),
    Mutation(
        'an image of no bytes', 'boxes', images(write(b''), 'val', 1), ('000001.jpg',)
    ),
    Mutation(
        'an image of no bytes beside its map',
        'maps',
        images(write(b''), first=1),
        ('0001.jpg',),
    ),
    Mutation(
        'one image of another size',
        'boxes',
        images(shrunk, first=1),
        ('000001.jpg', '48', '96'),
    ),
    Mutation(
        'all images of another size',
        'boxes',
        images(shrunk),
        ('000001.jpg', '48', '96'),
    ),
    Mutation(
        'all images of val of another size',
        'masks',
        images(shrunk, 'val'),
        ('000001.jpg', '48', '96', 'val'),
    ),
    Mutation(
        'width and height swapped', 'boxes', swap_sizes, ('000001.jpg', '80', '96')
    ),
    Mutation(
        'an image that EXIF turns',
        'boxes',
        images(turned, first=1),
        ('000001.jpg', 'exif|orientation|turn|rotat'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'all images that EXIF turns, beside maps that are not',
        'maps',
        images(turned),
        ('0001.jpg', 'exif|orientation|turn|rotat'),
        ('refuse', 'warn'),
    ),
    Mutation(
        'images of 16 bits beside maps', 'maps', deep, ('16', 'png'), ('refuse', 'warn')
    ),
    Mutation('images of 16 bits', 'boxes', deep, ('16', 'png'), ('refuse', 'warn')),
    Mutation(
        'one input channel, loaded as three',
        'maps',
        options(
            'model.backbone.in_channels=1',
            f'{PREPROCESSOR}.mean=[120.0]',
            f'{PREPROCESSOR}.std=[60.0]',
        ),
        ('in_channels', 'color_type|grayscale|LoadImage'),
        ('refuse', 'work'),
        channels_of(1),
    ),
    Mutation(
        'four input channels, means of three',
        'maps',
        options('model.backbone.in_channels=4'),
        ('in_channels', 'mean|color_type'),
    ),
    Mutation(
        'four channels in the files, means of three',
        'maps',
        four_channels,
        ('mean|std', r'\b4\b'),
    ),
    Mutation(
        'a mean of one value, a deviation of three',
        'boxes',
        options(f'{PREPROCESSOR}.mean=[120.0]'),
        ('mean', 'std'),
    ),
    Mutation(
        'a deviation of 0',
        'boxes',
        options(f'{PREPROCESSOR}.std=[0,0,0]'),
        ('std', '0'),
    ),
    Mutation(
        'a mean that is text',
        'maps',
        options(f"{PREPROCESSOR}.mean=['a','b','c']"),
        ('mean',),
    ),
]

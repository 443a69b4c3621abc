# SPDX-License-Identifier: Apache-2.0
"""Tiny data in which nothing is wrong, in COCO's and in ADE20K's layout."""

import json

import numpy as np
from PIL import Image

FRUIT = ('apple', 'pear', 'plum')
FIELD = ('soil', 'crop', 'weed')
WIDTH, HEIGHT = 96, 80
COLOURS = ((200, 40, 40), (60, 190, 60), (90, 60, 200))
COCO_SPLITS = {'train': 5, 'val': 3}
ADE_SPLITS = {'training': 5, 'validation': 3}


def background(rng):
    """An image of noise, an array of (HEIGHT, WIDTH, 3)."""
    return rng.integers(100, 130, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def place(number):
    """Corner and size of one object, other ones for other numbers."""
    x, y = 4 + 7 * (number % 6), 3 + 5 * (number % 5)
    return x, y, 30 + number % 7, 24 + number % 5


def write_coco(folder):
    """Write images; return the content of the annotation file of each split."""
    rng = np.random.default_rng(3)
    sets = {}
    for split, count in COCO_SPLITS.items():
        pictures = folder / f'{split}2017'
        pictures.mkdir(parents=True)
        images, annotations = [], []
        for number in range(1, count + 1):
            pixels = background(rng)
            name = f'{number:06}.jpg'
            images.append(
                dict(id=number, file_name=name, width=WIDTH, height=HEIGHT, license=1)
            )
            for label, colour in enumerate(COLOURS, 1):
                x, y, w, h = place(3 * number + label)
                pixels[y : y + h, x : x + w] = colour
                annotations.append(
                    dict(
                        id=len(annotations) + 1,
                        image_id=number,
                        category_id=label,
                        bbox=[x, y, w, h],
                        area=w * h,
                        iscrowd=0,
                        segmentation=[[x, y, x + w, y, x + w, y + h, x, y + h]],
                    )
                )
            Image.fromarray(pixels).save(pictures / name, quality=92)
        sets[split] = dict(
            info=dict(description='fruit'),
            licenses=[dict(id=1, name='none')],
            images=images,
            annotations=annotations,
            categories=[dict(id=i, name=name) for i, name in enumerate(FRUIT, 1)],
        )
    return sets


def save_coco(folder, sets):
    """Write the annotation files."""
    (folder / 'annotations').mkdir(exist_ok=True)
    for split, content in sets.items():
        file = folder / 'annotations' / f'instances_{split}2017.json'
        file.write_text(json.dumps(content, ensure_ascii=False), encoding='utf-8')


def write_ade(folder):
    """Write images and label maps with the labels 1, 2, 3 and a rim of 0."""
    rng = np.random.default_rng(4)
    for split, count in ADE_SPLITS.items():
        pictures = folder / 'images' / split
        maps = folder / 'annotations' / split
        pictures.mkdir(parents=True)
        maps.mkdir(parents=True)
        for number in range(1, count + 1):
            pixels = background(rng)
            labels = np.ones((HEIGHT, WIDTH), np.uint8)
            for label in (2, 3):
                x, y, w, h = place(3 * number + label)
                labels[y : y + h, x : x + w] = label
                pixels[y : y + h, x : x + w] = COLOURS[label - 1]
            labels[:2] = 0
            Image.fromarray(pixels).save(pictures / f'{number:04}.jpg', quality=92)
            Image.fromarray(labels).save(maps / f'{number:04}.png')

#!/usr/bin/env python
# SPDX-License-Identifier: Apache-2.0
"""Write as many images and label maps as ADE20K has, to time the checks.

Usage: write_many_maps.py FOLDER [TRAIN VAL]

Only 64 pairs differ; the others are hard links, so the folder takes 20 MB. Sizes and
compressed bytes of the maps are as in ADE20K.
"""

import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image

DISTINCT = 64
SIZES = ((683, 512),) * 6 + ((512, 683), (768, 512), (336, 225), (640, 480))
REGIONS = 40
CELL = 4  # pixels: borders of regions are that rough


def write_many_maps(root, train=20_210, val=2_000):
    """Write images and label maps in ADE20K's layout.

    Args:
        root: The folder, new or empty.
        train: Number of pairs for training.
        val: Number of pairs for validation.
    """
    root = Path(root)
    pairs = [_write_pair(root / 'distinct', number) for number in range(DISTINCT)]
    for split, count in (('training', train), ('validation', val)):
        for kind in ('images', 'annotations'):
            (root / kind / split).mkdir(parents=True)
        for number in range(count):
            image, labels = pairs[number % DISTINCT]
            name = f'ADE_{split}_{number:08}'
            os.link(image, root / 'images' / split / f'{name}.jpg')
            os.link(labels, root / 'annotations' / split / f'{name}.png')


def _write_pair(folder, number):
    folder.mkdir(exist_ok=True, parents=True)
    rng = np.random.default_rng(number)
    width, height = SIZES[number % len(SIZES)]
    rows, columns = -(-height // CELL), -(-width // CELL)
    centres = rng.uniform((0, 0), (rows, columns), (REGIONS, 2))
    y, x = np.mgrid[:rows, :columns] + rng.normal(0, 0.6, (2, rows, columns))
    distance = (y[..., None] - centres[:, 0]) ** 2 + (x[..., None] - centres[:, 1]) ** 2
    # Common classes come first in ADE20K.
    classes = np.minimum(rng.geometric(0.05, REGIONS), 150).astype(np.uint8)
    labels = classes[distance.argmin(-1)].repeat(CELL, 0).repeat(CELL, 1)
    labels = np.ascontiguousarray(labels[:height, :width])
    pixels = (labels[..., None] * np.array([7, 31, 53])) % 256
    pixels = pixels + rng.integers(0, 24, pixels.shape)
    image, file = folder / f'{number}.jpg', folder / f'{number}.png'
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(image, quality=80)
    Image.fromarray(labels).save(file)
    return image, file


if __name__ == '__main__':
    write_many_maps(sys.argv[1], *map(int, sys.argv[2:]))

# SPDX-License-Identifier: Apache-2.0
"""Write small data sets in other formats, as annotation tools write them."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

ORIENTATION = 0x0112


def write_picture(path, size=(64, 48), seed=0, orientation=None):
    """Write a noisy image; the format is that of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3))
    image = Image.fromarray(noise.astype(np.uint8))
    exif = Image.Exif()
    if orientation:
        exif[ORIENTATION] = orientation
    image.save(path, exif=exif)
    return path


def voc_object(name, box, difficult=0):
    corners = ''.join(
        f'      <{tag}>{value}</{tag}>\n'
        for tag, value in zip(('xmin', 'ymin', 'xmax', 'ymax'), box, strict=True)
    )
    return (
        f'  <object>\n    <name>{name}</name>\n    <difficult>{difficult}</difficult>\n'
        f'    <bndbox>\n{corners}    </bndbox>\n  </object>\n'
    )


def write_xml(path, filename, size, objects):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<annotation>\n  <filename>{filename}</filename>\n  <size>\n'
        f'    <width>{size[0]}</width>\n    <height>{size[1]}</height>\n'
        f'    <depth>3</depth>\n  </size>\n{"".join(objects)}</annotation>\n'
    )
    return path


def write_voc(root, number=10, splits=True):
    """Write a VOC folder of 64x48 images, each with a cat and, if even, a dog."""
    names = [f'im{index:03d}' for index in range(number)]
    for index, name in enumerate(names):
        write_picture(root / 'JPEGImages' / f'{name}.jpg', seed=index)
        objects = [voc_object('cat', (1, 1, 32, 24))]
        if index % 2 == 0:
            objects.append(
                voc_object('dog', (11, 11, 64, 48), difficult=index % 4 // 2)
            )
        write_xml(root / f'Annotations/{name}.xml', f'{name}.jpg', (64, 48), objects)
    if splits:
        lists = root / 'ImageSets/Main'
        lists.mkdir(parents=True)
        lists.joinpath('train.txt').write_text('\n'.join(names[:-3]) + '\n')
        lists.joinpath('val.txt').write_text('\n'.join(names[-3:]) + '\n')
    return root


def write_yolo(root, labels, yaml=None, suffix='.jpg'):
    """Write images and the text of their labels, by `split/name`."""
    for index, (name, text) in enumerate(labels.items()):
        write_picture(root / 'images' / f'{name}{suffix}', seed=index)
        if text is not None:
            file = root / 'labels' / f'{name}.txt'
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    if yaml is not None:
        (root / 'data.yaml').write_text(yaml)
    return root


def shape(label, points, kind='polygon', **more):
    return dict(label=label, points=points, shape_type=kind, group_id=None) | more


def write_labelme(root, shapes, size=(64, 48), name='im0', **more):
    write_picture(root / f'{name}.jpg', size)
    content = dict(
        version='5.5.0',
        shapes=shapes,
        imagePath=f'{name}.jpg',
        imageData=None,
        imageWidth=size[0],
        imageHeight=size[1],
    )
    (root / f'{name}.json').write_text(json.dumps(content | more))
    return root


def write_mask(path, array, palette=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.asarray(array, np.uint8))
    if palette:
        image = image.convert('P')
        image.putpalette(palette)
    image.save(path)
    return path


def numbers(*values):
    """Return a label map of 64x48 with stripes of these values."""
    return np.repeat(np.array(values), 64 // len(values))[None].repeat(48, 0)


def write_cityscapes(root, kind):
    for split, city in (('train', 'aachen'), ('val', 'lindau'), ('test', 'bonn')):
        stem = f'{city}_000000_000019'
        write_picture(root / f'leftImg8bit/{split}/{city}/{stem}_leftImg8bit.png')
        if split != 'test':
            values = (
                numbers(7, 0, 33, 26) if kind == 'labelIds' else numbers(0, 255, 18, 13)
            )
            write_mask(root / f'gtFine/{split}/{city}/{stem}_gtFine_{kind}.png', values)
    return root


def instances(root, split):
    return json.loads(Path(root, f'annotations/instances_{split}2017.json').read_text())

# SPDX-License-Identifier: Apache-2.0
"""The data sets of others that docs/data.md takes as given."""

import json

from made_sets import (
    numbers,
    shape,
    write_cityscapes,
    write_labelme,
    write_mask,
    write_picture,
    write_voc,
    write_yolo,
)
from mmdet.datasets import VOCDataset
from page_sets import write_archives


def own_data(root, folder):
    """Write a small data set in each format, where the page has it."""
    write_archives(folder)
    for place in ('path/to/VOC2007', 'data/VOC2007'):
        write_voc(folder / place)
    names = [*(f'train/{n}' for n in range(4)), 'val/4', 'val/5']
    yaml = 'names: [cat, dog]\ntrain: images/train\nval: images/val\n'
    write_yolo(folder / 'path/to', dict.fromkeys(names, '0 .5 .5 .4 .4\n'), yaml)
    triangle = shape('cat', [[1, 1], [40, 1], [1, 40]])
    for number in range(5):
        write_labelme(folder / 'FOLDER', [triangle], name=f'im{number}')
    for split in ('train', 'val', 'test'):
        for number in range(4):
            write_picture(folder / f'CamVid/{split}/{number}.png', seed=number)
            masks = folder / f'CamVid/{split}annot'
            write_mask(masks / f'{number}.png', numbers(*range(8), *range(4, 12)))
    write_cityscapes(folder / 'path/to/cityscapes', 'labelIds')
    write_labelme_exports(folder)


def write_labelme_exports(folder):
    """Write what labelme's two examples are exported to, and another COCO file."""
    names = ['_background_', *VOCDataset.METAINFO['classes']]
    names[-1] = 'tv/monitor'
    names[names.index('pottedplant')] = 'potted plant'
    voc = folder / 'data_dataset_voc'
    for number in range(3):
        write_picture(voc / f'JPEGImages/im{number}.jpg', seed=number)
        label_map = numbers(0, 5, 15, 255)
        write_mask(voc / f'SegmentationClass/im{number}.png', label_map)
    (voc / 'class_names.txt').write_text('\n'.join(names))
    categories = [dict(id=number, name=name) for number, name in enumerate(names)]
    for split in ('train', 'val'):
        images = [f'JPEGImages/{number}.jpg' for number in range(3)]
        write_coco_file(folder / split, 'annotations.json', images, categories, 15)
        images = [f'{split}{number}.jpg' for number in range(3)]
        cat = [dict(id=1, name='cat')]
        write_coco_file(folder / 'named', f'{split}.json', images, cat, 1)


def write_coco_file(folder, name, images, categories, category):
    for seed, image in enumerate(images):
        write_picture(folder / image, seed=seed)
    content = dict(
        images=[
            dict(id=number, file_name=image, width=64, height=48)
            for number, image in enumerate(images)
        ],
        annotations=[
            dict(
                id=number,
                image_id=number,
                category_id=category,
                bbox=[8, 8, 32, 24],
                area=768,
                iscrowd=0,
                segmentation=[[8, 8, 40, 8, 40, 32, 8, 32]],
            )
            for number in range(len(images))
        ],
        categories=categories,
    )
    (folder / name).write_text(json.dumps(content))

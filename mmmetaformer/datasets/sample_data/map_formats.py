# SPDX-License-Identifier: Apache-2.0
"""The folders and labels of public sets of label maps."""

from .map_format import MapFormat

__all__ = ['ADE20K', 'BINARY', 'CITYSCAPES', 'LOVEDA', 'VOC_MAPS']

AS_THEY_ARE = {'train': 'train', 'val': 'val'}
LONG_NAMES = {'train': 'training', 'val': 'validation'}

#: Labels are 1 to 150. 0 is a pixel of no class.
ADE20K = MapFormat(
    name='ade20k',
    image='images/{split}/ADE_{stem}.jpg',
    labels='annotations/{split}/ADE_{stem}.png',
    classes={
        'wall': (120, 120, 120),
        'floor': (80, 50, 50),
        'box': (0, 255, 20),
        'light': (255, 173, 0),
        'ball': (255, 0, 163),
        'flag': (92, 0, 255),
    },
    numbers={'wall': 1, 'floor': 4, 'box': 42, 'light': 83, 'ball': 120, 'flag': 150},
    other=0,
    splits=LONG_NAMES,
)

#: Labels are the trainIds, 0 to 18. The files of a split are in folders of cities.
CITYSCAPES = MapFormat(
    name='cityscapes',
    image='leftImg8bit/{split}/sampleton/{stem}_leftImg8bit.png',
    labels='gtFine/{split}/sampleton/{stem}_gtFine_labelTrainIds.png',
    classes={
        'road': (128, 64, 128),
        'building': (70, 70, 70),
        'traffic light': (250, 170, 30),
        'traffic sign': (220, 220, 0),
        'person': (220, 20, 60),
        'car': (0, 0, 142),
    },
    numbers={'floor': 0, 'wall': 2, 'light': 6, 'flag': 7, 'ball': 11, 'box': 13},
    other=255,
    splits=AS_THEY_ARE,
)
#: Labels are 1 to 7. 0 is no data.
LOVEDA = MapFormat(
    name='loveda',
    image='img_dir/{split}/{stem}.png',
    labels='ann_dir/{split}/{stem}.png',
    classes={
        'background': (255, 255, 255),
        'building': (255, 0, 0),
        'road': (255, 255, 0),
        'water': (0, 0, 255),
        'forest': (0, 255, 0),
        'agricultural': (255, 195, 128),
    },
    numbers={'wall': 1, 'box': 2, 'flag': 3, 'ball': 4, 'light': 6, 'floor': 7},
    other=0,
    splits=AS_THEY_ARE,
)
#: Labels are 0 to 20, and 255 along outlines. `voc.py` adds boxes and lists of files.
VOC_MAPS = MapFormat(
    name='voc',
    image='JPEGImages/{stem}.jpg',
    labels='SegmentationClass/{stem}.png',
    classes={
        'background': (0, 0, 0),
        'aeroplane': (128, 0, 0),
        'boat': (0, 0, 128),
        'bottle': (128, 0, 128),
        'tvmonitor': (0, 64, 128),
    },
    numbers={'wall': 0, 'floor': 0, 'light': 1, 'flag': 4, 'ball': 5, 'box': 20},
    other=255,
    splits=AS_THEY_ARE,
)
#: Foreground and background, in ADE20K's folders.
BINARY = MapFormat(
    name='binary',
    image='images/{split}/{stem}.jpg',
    labels='annotations/{split}/{stem}.png',
    classes={'background': (0, 0, 0), 'foreground': (255, 255, 255)},
    numbers={'wall': 0, 'floor': 0, 'light': 1, 'flag': 1, 'ball': 1, 'box': 1},
    other=0,
    splits=LONG_NAMES,
)

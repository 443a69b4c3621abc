# SPDX-License-Identifier: Apache-2.0
"""Write sample data with the folders and labels of other sets of label maps."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .folder import write_folder
from .image_file import write_image
from .scene import Scene
from .spec import SampleSpec

__all__ = ['BINARY', 'CITYSCAPES', 'LOVEDA', 'VOC_MAPS', 'MapFormat', 'label_map']

Color = tuple[int, int, int]


@dataclass(frozen=True)
class MapFormat:
    """Where a format has its files, and how it labels a scene.

    Attributes:
        name: For the stamp of the folder.
        image: File of an image, with {split} and {stem}.
        labels: File of its label map.
        classes: Its classes that the scenes show, in its order, with their colors.
        numbers: Label of each part of a scene: 'wall', 'floor' and the shapes.
        other: Label of what has no class.
        splits: Its names of 'train' and 'val'.
    """

    name: str
    image: str
    labels: str
    classes: Mapping[str, Color]
    numbers: Mapping[str, int]
    other: int
    splits: Mapping[str, str]

    def write(
        self,
        root: str | os.PathLike[str],
        *,
        num_train: int,
        num_val: int,
        image_size: int,
        seed: int,
    ) -> None:
        """Write a synthetic data set, as `write_ade20k` does.

        Raises:
            ConfigError: `root` exists and is not sample data, or a number is too small.
        """
        spec = SampleSpec(num_train, num_val, image_size, seed)
        write_folder(root, spec.stamp(self.name), lambda root: self.fill(root, spec))

    def fill(self, root: Path, spec: SampleSpec) -> None:
        """Write the files of both splits below a folder."""
        for split, name in self.splits.items():
            for index in range(spec.count(split)):
                scene = spec.scene(split, index, with_other=True)
                place = {'split': name, 'stem': f'{split}_{index + 1:06d}'}
                image = root / self.image.format(**place)
                labels = root / self.labels.format(**place)
                for path in (image, labels):
                    path.parent.mkdir(parents=True, exist_ok=True)
                write_image(image, scene.image)
                write_image(labels, label_map(scene, self.numbers, self.other))


def label_map(
    scene: Scene, numbers: Mapping[str, int], other: int
) -> NDArray[np.uint8]:
    """Return the label of each pixel of a scene, (H, W)."""
    labels = np.where(scene.wall, numbers['wall'], numbers['floor']).astype(np.uint8)
    for instance in scene.instances:
        labels[instance.mask] = numbers[instance.name]
    labels[scene.other] = other
    return labels


AS_THEY_ARE = {'train': 'train', 'val': 'val'}

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
#: Of Pascal VOC, whose lists of files `voc.py` adds.
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
    splits={'train': 'training', 'val': 'validation'},
)

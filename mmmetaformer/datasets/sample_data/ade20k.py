# SPDX-License-Identifier: Apache-2.0
"""Write sample data with the folders and labels of ADE20K's SceneParse150."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .folder import write_folder
from .image_file import write_image
from .scene import Scene
from .spec import SampleSpec

__all__ = ['ADE20K_CLASSES', 'ADE20K_PALETTE', 'write_ade20k']

# Index among ADE20K's 150 classes, in their order, and the class's color (RGB).
CLASS_TABLE = {
    'wall': (0, (120, 120, 120)),
    'floor': (3, (80, 50, 50)),
    'box': (41, (0, 255, 20)),
    'light': (82, (255, 173, 0)),
    'ball': (119, (255, 0, 163)),
    'flag': (149, (92, 0, 255)),
}
ADE20K_CLASSES = tuple(CLASS_TABLE)
ADE20K_PALETTE = [color for _, color in CLASS_TABLE.values()]

# In a label map, 0 is a pixel of no class and k + 1 is class k.
OTHER = 0
LABELS = {name: index + 1 for name, (index, _) in CLASS_TABLE.items()}
SPLIT_FOLDERS = {'train': 'training', 'val': 'validation'}


def write_ade20k(
    root: str | os.PathLike[str],
    *,
    num_train: int,
    num_val: int,
    image_size: int,
    seed: int,
) -> None:
    """Write a synthetic data set for semantic segmentation.

    It consists of `images/{training,validation}` and
    `annotations/{training,validation}`. The same arguments produce the same bytes. If
    `root` already has the result of these arguments, nothing happens; sample data from
    other arguments is replaced.

    Args:
        root: Folder to write.
        num_train: Number of training images.
        num_val: Number of validation images.
        image_size: Height and width of the images in pixels.
        seed: Another seed draws other images.

    Raises:
        ConfigError: `root` exists and is not sample data, or a number is too small.
    """
    spec = SampleSpec(num_train, num_val, image_size, seed)

    def fill(folder: Path) -> None:
        for split, name in SPLIT_FOLDERS.items():
            images = folder / 'images' / name
            annotations = folder / 'annotations' / name
            images.mkdir(parents=True)
            annotations.mkdir(parents=True)
            for index in range(spec.count(split)):
                scene = spec.scene(split, index, with_other=True)
                stem = f'ADE_{split}_{index + 1:08d}'
                write_image(images / f'{stem}.jpg', scene.image)
                write_image(annotations / f'{stem}.png', _label_map(scene))

    write_folder(root, spec.stamp('ade20k'), fill)


def _label_map(scene: Scene) -> NDArray[np.uint8]:
    """Return the SceneParse150 label of each pixel, (H, W)."""
    labels = np.where(scene.wall, LABELS['wall'], LABELS['floor']).astype(np.uint8)
    for instance in scene.instances:
        labels[instance.mask] = LABELS[instance.name]
    labels[scene.other] = OTHER
    return labels

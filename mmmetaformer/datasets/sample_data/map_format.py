# SPDX-License-Identifier: Apache-2.0
"""Write sample data for semantic segmentation in any folders, with any labels."""

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

__all__ = ['Color', 'MapFormat', 'stem_of']

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
        """Write a synthetic data set.

        The same arguments produce the same bytes. If `root` already has the result of
        these arguments, nothing happens; sample data from other arguments is replaced.

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
        write_folder(root, spec.stamp(self.name), lambda root: self.fill(root, spec))

    def fill(self, root: Path, spec: SampleSpec) -> None:
        """Write the files of both splits below a folder."""
        for split, name in self.splits.items():
            for index in range(spec.count(split)):
                scene = spec.scene(split, index, with_other=True)
                place = {'split': name, 'stem': stem_of(split, index)}
                image = root / self.image.format(**place)
                labels = root / self.labels.format(**place)
                for path in (image, labels):
                    path.parent.mkdir(parents=True, exist_ok=True)
                write_image(image, scene.image)
                write_image(labels, self._label_map(scene))

    def _label_map(self, scene: Scene) -> NDArray[np.uint8]:
        """Return the label of each pixel of a scene, (H, W)."""
        numbers = self.numbers
        labels = np.where(scene.wall, numbers['wall'], numbers['floor'])
        for instance in scene.instances:
            labels[instance.mask] = numbers[instance.name]
        labels[scene.other] = self.other
        return labels.astype(np.uint8)


def stem_of(split: str, index: int) -> str:
    """Return the name of an image's files, without a suffix."""
    return f'{split}_{index + 1:08d}'

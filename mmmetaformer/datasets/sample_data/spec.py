# SPDX-License-Identifier: Apache-2.0
"""The parameters of a sample data set: its counts, image size and seed."""

from dataclasses import asdict, dataclass

import numpy as np

from mmmetaformer.errors import ConfigError

from .scene import Scene, draw_scene
from .shapes import SHAPES

__all__ = ['SampleSpec']

MIN_SIDE = 64
SPLITS = ('train', 'val')


@dataclass(frozen=True)
class SampleSpec:
    """Parameters of a sample data set.

    Attributes:
        num_train: Number of training images, at least 1.
        num_val: Number of validation images, at least 1.
        image_size: Height and width of the images in pixels, at least 64.
        seed: Any integer from 0; another seed draws other images.
    """

    num_train: int
    num_val: int
    image_size: int
    seed: int

    def __post_init__(self) -> None:
        bounds = {'num_train': 1, 'num_val': 1, 'image_size': MIN_SIDE, 'seed': 0}
        for name, least in bounds.items():
            value = getattr(self, name)
            if value < least:
                raise ConfigError(
                    f'sample data: {name} must be at least {least}, got {value}'
                )

    def stamp(self, dataset: str) -> dict[str, str | int]:
        """Return what identifies this data set, for `write_folder`."""
        return {'dataset': dataset, **asdict(self)}

    def count(self, split: str) -> int:
        """Return the number of images of 'train' or 'val'."""
        return {'train': self.num_train, 'val': self.num_val}[split]

    def scene(self, split: str, index: int, *, with_other: bool) -> Scene:
        """Draw one image, independent of the number of images.

        Args:
            split: 'train' or 'val'.
            index: Index of the image in the split, from 0. Any `len(SHAPES)`
                consecutive images show every class.
            with_other: Whether some images also have a blob of no class.
        """
        # The same sequence as from `SeedSequence(seed).spawn`, called twice.
        key = (SPLITS.index(split), index)
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))
        first = SHAPES[index % len(SHAPES)]
        return draw_scene(rng, self.image_size, first=first, with_other=with_other)

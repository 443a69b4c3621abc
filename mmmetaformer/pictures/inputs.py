# SPDX-License-Identifier: Apache-2.0
"""Images as a backbone takes them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from mmmetaformer.checks.label_maps.listing import list_pictures
from mmmetaformer.errors import ConfigError

__all__ = ['as_input', 'find_images', 'read_square']

# ImageNet's, as in the configs.
MEAN = (123.675, 116.28, 103.53)
STD = (58.395, 57.12, 57.375)


def find_images(places: Iterable[str]) -> list[Path]:
    """Return the image files that files and folders name.

    Raises:
        ConfigError: A place does not exist, or a folder has no images.
    """
    found: list[Path] = []
    for place in map(Path, places):
        if place.is_file():
            found.append(place)
        elif place.is_dir():
            names = list_pictures(str(place))
            if not names:
                raise ConfigError(f'--images: {place} has no image files')
            found += [place / name for name in names]
        else:
            raise ConfigError(f'--images: {place} does not exist')
    return found


def read_square(path: Path, size: int) -> NDArray[np.uint8]:
    """Return the centre of an image, (size, size, 3), RGB.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        image = ImageOps.exif_transpose(Image.open(path)).convert('RGB')
    except (OSError, UnidentifiedImageError) as error:
        raise ConfigError(f'--images: {path} cannot be read: {error}') from error
    return np.asarray(ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC))


def as_input(picture: NDArray[np.uint8]) -> Tensor:
    """Return a picture of (H, W, 3) normalized, (1, 3, H, W)."""
    values = torch.from_numpy(picture.copy()).permute(2, 0, 1).float()
    return ((values - _column(MEAN)) / _column(STD))[None]


def _column(values: Sequence[float]) -> Tensor:
    return torch.tensor(values)[:, None, None]

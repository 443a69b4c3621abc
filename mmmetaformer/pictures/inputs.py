# SPDX-License-Identifier: Apache-2.0
"""Images as a backbone takes them."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from mmmetaformer.errors import ConfigError

__all__ = ['as_input', 'read_square']

# ImageNet's, as in the configs.
MEAN = (123.675, 116.28, 103.53)
STD = (58.395, 57.12, 57.375)


def read_square(path: str, size: int) -> NDArray[np.uint8]:
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

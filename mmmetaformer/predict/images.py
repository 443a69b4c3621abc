# SPDX-License-Identifier: Apache-2.0
"""Images as models load them (BGR) and as people see them (RGB)."""

from typing import Any

import cv2
import numpy as np

from mmmetaformer.errors import ConfigError

__all__ = ['as_loaded', 'as_rgb']


def as_rgb(image: np.ndarray) -> np.ndarray:
    """Return what a loader has read as (H, W, 3) uint8 in RGB.

    Args:
        image: (H, W), (H, W, 1), (H, W, 3) in BGR, or with more channels, of which the
            first three are shown. Values that are not 8 bits are stretched to them.
    """
    if image.ndim == 2 or image.shape[2] == 1:
        image = np.repeat(image.reshape(*image.shape[:2], 1), 3, axis=2)
    elif image.shape[2] == 2:
        image = np.repeat(image[..., :1], 3, axis=2)
    image = image[..., :3]
    if image.dtype != np.uint8:
        image = _stretched(image)
    return cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_BGR2RGB)


def as_loaded(image: Any, color: bool) -> np.ndarray:
    """Return an image of a caller as a loader would have read it from a file.

    Args:
        image: A PIL image, or uint8 numbers: (H, W), or (H, W, 3 or 4) in RGB.
        color: Whether the model takes color images; if not, numbers stay as they are.

    Raises:
        ConfigError: It is neither.
    """
    if hasattr(image, 'getexif'):
        image = _from_pil(image)
    if not isinstance(image, np.ndarray):
        raise ConfigError(
            f'an image is a path, a PIL image or a numpy array, got '
            f'{type(image).__name__}'
        )
    if not color:
        return image
    if image.dtype != np.uint8 or not (
        image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (1, 3, 4))
    ):
        raise ConfigError(
            f'an image as an array is uint8 of shape (H, W, 3) in RGB, or (H, W); got '
            f'{image.dtype} of shape {image.shape}'
        )
    if not image.size:
        raise ConfigError(f'an image has no pixels: its shape is {image.shape}')
    image = np.ascontiguousarray(image)
    if image.ndim == 2 or image.shape[2] == 1:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    code = cv2.COLOR_RGB2BGR if image.shape[2] == 3 else cv2.COLOR_RGBA2BGR
    return cv2.cvtColor(image, code)


def _from_pil(image: Any) -> np.ndarray:
    from PIL import ImageOps

    return np.asarray(ImageOps.exif_transpose(image).convert('RGB'))


def _stretched(image: np.ndarray) -> np.ndarray:
    low, high = float(image.min()), float(image.max())
    if image.dtype.kind == 'f' and low >= 0 and 1 < high <= 255:  # to_float32
        return image.astype(np.uint8)
    return ((image - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)

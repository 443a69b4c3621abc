# SPDX-License-Identifier: Apache-2.0
"""The first operations of an exported model: from an image to what the network sees."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ['ImageInput']


class ImageInput(nn.Module):
    """The config's `data_preprocessor` for RGB images in 8 bits.

    Args:
        preprocessor: mmengine's, mmdet's or mmseg's; None for images as they are.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, preprocessor: Any) -> None:
        super().__init__()
        normalizes = getattr(preprocessor, '_enable_normalize', False)
        ones = torch.ones(3, 1, 1)
        self.register_buffer('mean', (preprocessor.mean if normalizes else 0 * ones))
        self.register_buffer('std', (preprocessor.std if normalizes else ones))
        # Images are loaded as BGR; a network without the flip was trained on that.
        flips = getattr(preprocessor, '_channel_conversion', False) or getattr(
            preprocessor, 'channel_conversion', False
        )
        self.is_rgb = bool(flips)
        self.divisor = int(getattr(preprocessor, 'pad_size_divisor', 1))
        self.pad_value = float(getattr(preprocessor, 'pad_value', 0))

    def forward(self, image: Tensor) -> Tensor:
        """Map uint8 RGB images (N, 3, H, W) to the network's input, padded."""
        x = image.to(self.mean.dtype)
        if not self.is_rgb:
            x = x.flip(1)
        x = (x - self.mean) / self.std
        if self.divisor > 1:
            height, width = x.shape[-2:]
            below = -height % self.divisor
            right = -width % self.divisor
            x = F.pad(x, (0, right, 0, below), value=self.pad_value)
        return x

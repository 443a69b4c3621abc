# SPDX-License-Identifier: Apache-2.0
"""The images and the machine of a measurement."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch

__all__ = ['Setting']


@dataclass(frozen=True)
class Setting:
    """The images and the machine of a measurement.

    Args:
        size: Height and width of an image in pixels.
        batch: Images per step.
        device: 'cpu' or 'cuda'.
        dtype: Computation; parameters are float32, and lower precision is autocast.
    """

    size: tuple[int, int] = (512, 512)
    batch: int = 1
    device: str = 'cpu'
    dtype: torch.dtype = torch.float32

    def autocast(self) -> AbstractContextManager[Any]:
        """Return the context that models run in."""
        low = self.dtype != torch.float32
        return torch.autocast(self.device, self.dtype if low else None, enabled=low)

    def synchronize(self) -> None:
        """Wait until the device has finished."""
        if self.device == 'cuda':
            torch.cuda.synchronize()

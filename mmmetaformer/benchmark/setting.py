# SPDX-License-Identifier: Apache-2.0
"""On what and where is measured."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch

__all__ = ['Setting']


@dataclass(frozen=True)
class Setting:
    """The images and the machine.

    Args:
        size: Height and width of an image in pixels.
        batch: Images of a step.
        device: 'cpu' or 'cuda'.
        dtype: Parameters are float32; another one is that of autocast.
    """

    size: tuple[int, int] = (512, 512)
    batch: int = 1
    device: str = 'cpu'
    dtype: torch.dtype = torch.float32

    def autocast(self) -> AbstractContextManager[Any]:
        """What models run in."""
        low = self.dtype != torch.float32
        return torch.autocast(self.device, self.dtype if low else None, enabled=low)

    def synchronize(self) -> None:
        """Wait for the device."""
        if self.device == 'cuda':
            torch.cuda.synchronize()

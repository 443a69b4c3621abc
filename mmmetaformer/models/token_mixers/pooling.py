# SPDX-License-Identifier: Apache-2.0
"""The mixer of PoolFormer (arXiv 2111.11418) and PoolFormerV2."""

import torch.nn.functional as F
from torch import Tensor, nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.registry import TOKEN_MIXERS

__all__ = ['Pooling']


@TOKEN_MIXERS.register_module('pooling')
class Pooling(nn.Module):
    """Mean of the neighbours minus the position itself.

    The subtraction is there because the block's shortcut adds the position back.

    Args:
        dim: Number of channels.
        pool_size: Side of the neighbourhood in positions, odd.
    """

    def __init__(self, dim: int, pool_size: int = 3) -> None:
        super().__init__()
        if pool_size % 2 == 0:
            raise ConfigError(f'pool_size of pooling must be odd, got {pool_size}')
        self.pool_size = pool_size

    def is_cheap(self) -> bool:
        """Return whether it may be computed again instead of saving its output."""
        return True

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, dim, H, W)."""
        size = self.pool_size
        mean = F.avg_pool2d(x, size, 1, size // 2, count_include_pad=False)
        return mean - x

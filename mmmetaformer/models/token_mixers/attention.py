# SPDX-License-Identifier: Apache-2.0
"""The mixer of CAFormer's last two stages (arXiv 2210.13452)."""

import torch.nn.functional as F
from torch import Tensor, nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.models.layers import Pointwise, init_weights
from mmmetaformer.registry import TOKEN_MIXERS

__all__ = ['Attention']


@TOKEN_MIXERS.register_module('attention')
class Attention(nn.Module):
    """Vanilla self-attention over all positions (arXiv 1706.03762), without biases.

    torch's fused kernels never store the matrix of all pairs of positions, of which
    stage 3 has 4200 at 800x1333 pixels.

    Args:
        dim: Number of channels, a multiple of `head_dim`.
        head_dim: Channels of one head.
    """

    def __init__(self, dim: int, head_dim: int = 32) -> None:
        super().__init__()
        if dim % head_dim:
            raise ConfigError(
                f'attention needs dim to be a multiple of head_dim={head_dim}, '
                f'got dim={dim}'
            )
        self.head_dim = head_dim
        self.qkv = Pointwise(dim, 3 * dim, bias=False)
        self.proj = Pointwise(dim, dim, bias=False)
        self.apply(init_weights)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, dim, H, W)."""
        size = x.shape[-2:]
        qkv = self.qkv(x).flatten(2).transpose(1, 2)
        # Three of (N, heads, H * W, head_dim).
        heads = qkv.unflatten(2, (3, -1, self.head_dim))
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        x = F.scaled_dot_product_attention(query, key, value)
        x = x.transpose(1, 2).flatten(2).transpose(1, 2)
        return self.proj(x.unflatten(2, size))

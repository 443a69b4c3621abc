# SPDX-License-Identifier: Apache-2.0
"""Norms over feature maps, without a bias parameter where the papers have none.

They subclass torch's norms, so that rules which check `isinstance(module,
nn.LayerNorm)`, such as mmengine's `norm_decay_mult`, apply to them.
"""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import efficient

__all__ = ['NORMS', 'GroupNorm1', 'LayerNorm2d']


class LayerNorm2d(nn.LayerNorm):
    """LayerNorm over the channels of each position.

    In autocast the result has the precision of convolutions, on every device. torch's
    has float32 on a GPU, which the next convolution rounds.

    Args:
        dim: Number of channels.
        eps: Added to the variance; 1e-6 in all published MetaFormer baselines.
        bias: Whether there is a bias.
    """

    def __init__(self, dim: int, eps: float = 1e-6, bias: bool = True) -> None:
        super().__init__(dim, eps=eps, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, C, H, W) to (N, C, H, W)."""
        if efficient.use_kernels() and efficient.runs_triton(x):
            dtype = efficient.autocast_dtype(x)
            return efficient.layer_norm(x, self.weight, self.bias, self.eps, dtype)
        x = x.permute(0, 2, 3, 1)
        x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return efficient.to_autocast(x.permute(0, 3, 1, 2))


class GroupNorm1(nn.GroupNorm):
    """GroupNorm with one group: one mean and variance over (C, H, W) of an image.

    The papers call it modified LayerNorm. The statistics cover the whole input, zero
    padding included.

    Args:
        dim: Number of channels.
        eps: Added to the variance; 1e-5 in PoolFormer, 1e-6 in the later families.
        bias: Whether there is a bias.
    """

    def __init__(self, dim: int, eps: float = 1e-6, bias: bool = True) -> None:
        # torch has no `bias` argument here, so the affine part is made below.
        super().__init__(1, dim, eps=eps, affine=False)
        self.weight = nn.Parameter(torch.ones(dim))
        if bias:
            self.bias = nn.Parameter(torch.zeros(dim))

    def extra_repr(self) -> str:
        """Return what `print(module)` shows."""
        channels, eps = self.num_channels, self.eps
        return f'{channels}, eps={eps}, bias={self.bias is not None}'


#: Names for `norm`, `downsample_norm` and `out_norm` in the arguments of a backbone.
NORMS: dict[str, Callable[[int], nn.Module]] = {
    'ln': LayerNorm2d,
    'ln_no_bias': partial(LayerNorm2d, bias=False),
    'gn': partial(GroupNorm1, eps=1e-5),
    'gn_no_bias': partial(GroupNorm1, bias=False),
}

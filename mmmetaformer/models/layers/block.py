# SPDX-License-Identifier: Apache-2.0
"""The general block that gives MetaFormer its name (arXiv 2111.11418, 2210.13452)."""

from collections.abc import Callable

from torch import Tensor, nn

from .drop_path import DropPath
from .efficient import Recomputing
from .mlp import Mlp
from .scale import Scale

__all__ = ['MetaFormerBlock']


class MetaFormerBlock(Recomputing):
    """Norm, token mixer, residual; norm, MLP, residual.

    With the residual scale r and the layer scale l, each 1 if there is none::

        x = r1 * x + l1 * drop_path(token_mixer(norm1(x)))
        x = r2 * x + l2 * drop_path(mlp(norm2(x)))

    Args:
        dim: Number of channels.
        token_mixer: Mixes positions; maps (N, dim, H, W) to the same shape.
        norm: Makes a norm for a number of channels.
        act: Makes the activation of the MLP.
        mlp_bias: Whether the linear maps of the MLP have biases.
        layer_scale: Initial factor on each branch, None for no factor.
        res_scale: Initial factor on each shortcut, None for no factor.
        drop_path: Probability that an image skips a branch in training.
    """

    def __init__(
        self,
        dim: int,
        token_mixer: nn.Module,
        norm: Callable[[int], nn.Module],
        act: Callable[[], nn.Module],
        mlp_bias: bool = False,
        layer_scale: float | None = None,
        res_scale: float | None = None,
        drop_path: float = 0.0,
    ) -> None:
        super().__init__()
        self.norm1 = norm(dim)
        self.token_mixer = token_mixer
        self.drop_path1 = _drop_path(drop_path)
        self.layer_scale1 = _scale(dim, layer_scale)
        self.res_scale1 = _scale(dim, res_scale)
        self.norm2 = norm(dim)
        self.mlp = Mlp(dim, act, bias=mlp_bias)
        self.drop_path2 = _drop_path(drop_path)
        self.layer_scale2 = _scale(dim, layer_scale)
        self.res_scale2 = _scale(dim, res_scale)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, dim, H, W) to (N, dim, H, W)."""
        branch = self.chain(x, self.norm1, self.token_mixer)
        x = self.res_scale1(x) + self.layer_scale1(self.drop_path1(branch))
        branch = self.chain(x, self.norm2, self.mlp)
        return self.res_scale2(x) + self.layer_scale2(self.drop_path2(branch))


def _drop_path(rate: float) -> nn.Module:
    return DropPath(rate) if rate > 0 else nn.Identity()


def _scale(dim: int, init_value: float | None) -> nn.Module:
    return nn.Identity() if init_value is None else Scale(dim, init_value)

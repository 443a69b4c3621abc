# SPDX-License-Identifier: Apache-2.0
"""The general block that gives MetaFormer its name (arXiv 2111.11418, 2210.13452)."""

from collections.abc import Callable

from torch import Tensor, nn
from torchvision.ops import StochasticDepth

from .mlp import Mlp
from .recompute import recomputed
from .scale import Scale

__all__ = ['MetaFormerBlock']


class MetaFormerBlock(nn.Module):
    """Norm, token mixer, residual; norm, MLP, residual.

    With r the residual scale, l the layer scale, each 1 where absent::

        x = r1 * x + l1 * drop_path(token_mixer(norm1(x)))
        x = r2 * x + l2 * drop_path(mlp(norm2(x)))

    Args:
        dim: Number of channels.
        token_mixer: What mixes positions; (N, dim, H, W) to the same.
        norm: Makes a norm for that many channels.
        act: Makes the activation of the MLP.
        mlp_bias: Whether the MLP's maps have biases.
        layer_scale: Start value of the factor on the branch, None for no factor.
        res_scale: Start value of the factor on the shortcut, None for no factor.
        drop_path: Probability that an image skips the branch in training.
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
        """(N, dim, H, W) to (N, dim, H, W)."""
        branch = self.drop_path1(recomputed(self.norm1, x, self.token_mixer))
        x = self.res_scale1(x) + self.layer_scale1(branch)
        branch = self.drop_path2(recomputed(self.norm2, x, self.mlp))
        return self.res_scale2(x) + self.layer_scale2(branch)


def _drop_path(rate: float) -> nn.Module:
    return StochasticDepth(rate, mode='row') if rate > 0 else nn.Identity()


def _scale(dim: int, init_value: float | None) -> nn.Module:
    return nn.Identity() if init_value is None else Scale(dim, init_value)

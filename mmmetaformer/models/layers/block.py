# SPDX-License-Identifier: Apache-2.0
"""The general block that gives MetaFormer its name (arXiv 2111.11418, 2210.13452)."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from .drop_path import DropPath
from .efficient import (
    Recomputing,
    has_hooks,
    has_own_parameters,
    is_cheap,
    use_kernels,
)
from .mlp import Mlp
from .norm import GroupNorm1, LayerNorm2d
from .scale import Scale

__all__ = ['MetaFormerBlock']

#: The parts beside a token mixer that may run again.
RUN_AGAIN = (DropPath, GroupNorm1, LayerNorm2d, Scale, nn.Identity)


class MetaFormerBlock(Recomputing):
    """Norm, token mixer, residual; norm, MLP, residual.

    With the residual scale r and the layer scale l, each 1 if there is none::

        x = r1 * x + drop_path(l1 * token_mixer(norm1(x)))
        x = r2 * x + drop_path(l2 * mlp(norm2(x)))

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
        if not (self.recomputes(x) and self._mixes_cheaply()):
            return self._mix_channels(self._mix_positions(x, self.drop_path1))
        drop_path = _with_fixed_numbers(self.drop_path1, x)
        mix_positions = partial(self._mix_positions, drop_path=drop_path)
        return self.chain(x, mix_positions, self._mix_channels)

    def _mixes_cheaply(self) -> bool:
        """Return whether the first residual may run again: not what users put there."""
        others = (self.norm1, self.layer_scale1, self.drop_path1, self.res_scale1)
        return is_cheap(self.token_mixer) and all(map(_may_run_again, others))

    def _mix_positions(
        self, x: Tensor, drop_path: Callable[[Tensor], Tensor]
    ) -> Tensor:
        branch = self._branch(x, self.norm1, self.token_mixer, self.layer_scale1)
        return self.res_scale1(x) + drop_path(branch)

    def _mix_channels(self, x: Tensor) -> Tensor:
        branch = self._branch(x, self.norm2, self.mlp, self.layer_scale2)
        return self.res_scale2(x) + self.drop_path2(branch)

    def _branch(
        self, x: Tensor, norm: nn.Module, mixer: nn.Module, scale: nn.Module
    ) -> Tensor:
        """Return norm, mixer and layer scale of x.

        The gradient of a layer scale needs the mixer's output: it is computed again if
        that is cheap, and avoided where the scale can be part of the MLP.
        """
        if type(scale) is Scale and self.recomputes(x) and use_kernels():
            if is_cheap(mixer):
                return self.chain(x, norm, mixer, scale)
            if type(mixer) is Mlp and mixer.takes(scale, x):
                return self.chain(x, norm, partial(mixer, factor=scale.scale))
        return scale(self.chain(x, norm, mixer))


def _drop_path(rate: float) -> nn.Module:
    return DropPath(rate) if rate > 0 else nn.Identity()


def _may_run_again(part: nn.Module) -> bool:
    known = type(part) in RUN_AGAIN and has_own_parameters(part)
    return known and not has_hooks(part)


def _with_fixed_numbers(drop_path: nn.Module, x: Tensor) -> Callable[[Tensor], Tensor]:
    """Return stochastic depth with random numbers drawn now, for (N, C, H, W)."""
    if not drop_path.training or type(drop_path) is nn.Identity:
        return drop_path
    dtype = torch.promote_types(x.dtype, torch.float32)
    noise = drop_path(x.new_ones(len(x), 1, 1, 1, dtype=dtype))
    return lambda branch: branch * noise.to(branch.dtype)


def _scale(dim: int, init_value: float | None) -> nn.Module:
    return nn.Identity() if init_value is None else Scale(dim, init_value)

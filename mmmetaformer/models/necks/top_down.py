# SPDX-License-Identifier: Apache-2.0
"""The top-down path of an FPN (arXiv 1612.03144) without its largest map saved.

A level's convolution saves its input: a lateral map plus the map above. Of the largest
level this is as large as the output, and cheap to compute again.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from mmmetaformer.models.layers import Recomputing, has_hooks
from mmmetaformer.models.layers.efficient import has_own_parameters, use_kernels

__all__ = ['TopDown', 'convolve_sums']


def convolve_sums(
    module: Recomputing,
    levels: Sequence[Tensor],
    above: Tensor,
    merges: Sequence[Callable[[Tensor, Tensor], Tensor]],
    convs: Sequence[Callable[[Tensor], Tensor]],
) -> list[Tensor]:
    """Return the convolution of each level's sum, the largest of which is not saved.

    Args:
        module: Says whether to recompute.
        levels: Maps (N, C_i, H_i, W_i), the largest first.
        above: The sum above the last of them, (N, C, h, w).
        merges: For each level, returns its sum, given its map and the sum above.
        convs: For each level, the convolution of its sum.
    """
    outputs = []
    for i in reversed(range(len(levels))):
        if i == 0:
            outputs.append(module.chain((levels[i], above), merges[i], convs[i]))
        else:  # the level below needs the sum
            above = merges[i](levels[i], above)
            outputs.append(convs[i](above))
    return outputs[::-1]


class TopDown(Recomputing):
    """Base class of an FPN, before mmdet's or mmseg's.

    It computes the same as they do. They do it themselves if there are convolutions for
    further levels, if lateral convolutions have norms, activations or hooks, and where
    nothing is recomputed.

    Args:
        positional: Arguments of the host's FPN.
        recompute: False computes and saves everything as the host does.
        arguments: Arguments of the host's FPN.
    """

    # What the hosts' FPNs have, for type checkers.
    backbone_end_level: int
    fpn_convs: Any
    in_channels: list[int]
    lateral_convs: Any
    num_outs: int
    start_level: int
    upsample_cfg: dict[str, Any]

    def __init__(
        self, *positional: Any, recompute: bool = True, **arguments: Any
    ) -> None:
        super().__init__(*positional, **arguments)
        self.recompute = recompute

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Map a backbone's maps (N, C_i, H_i, W_i) to (N, out_channels, H_i, W_i).

        Further outputs are every second position of the one before.
        """
        levels = tuple(inputs[self.start_level : self.backbone_end_level])
        known = len(inputs) == len(self.in_channels) and self._is_plain()
        if not (known and use_kernels() and self.recomputes(levels)):
            return super().forward(inputs)
        *laterals, last = self.lateral_convs
        *convs, last_conv = self.fpn_convs
        top = last(levels[-1])
        merges = [partial(self._merge, lateral) for lateral in laterals]
        outputs = convolve_sums(self, levels[:-1], top, merges, convs)
        outputs.append(last_conv(top))
        while len(outputs) < self.num_outs:
            outputs.append(F.max_pool2d(outputs[-1], 1, stride=2))
        return tuple(outputs)

    def _is_plain(self) -> bool:
        return (
            len(self.fpn_convs) == len(self.lateral_convs)
            and all(map(_is_convolution, self.lateral_convs))
            and 'warning' not in self.upsample_cfg  # mmseg's, no option of torch's
        )

    def _merge(self, lateral: nn.Module, x: Tensor, above: Tensor) -> Tensor:
        """Return a lateral map (N, C, H, W) plus the resized map above."""
        own = lateral(x)
        fixed = 'scale_factor' in self.upsample_cfg
        size = None if fixed else own.shape[2:]
        return own.add_(F.interpolate(above, size, **self.upsample_cfg))


def _is_convolution(module: nn.Module) -> bool:
    """Return whether one of mmcv's ConvModules is nothing but a convolution."""
    conv = getattr(module, 'conv', None)
    parts = [*module.modules()]
    return (
        parts == [module, conv]
        and type(conv) is nn.Conv2d
        and has_own_parameters(conv)
        and not any(map(has_hooks, parts))
    )

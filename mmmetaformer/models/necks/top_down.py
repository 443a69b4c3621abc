# SPDX-License-Identifier: Apache-2.0
"""The top-down path of an FPN (arXiv 1612.03144) without its largest map saved.

A level's convolution saves its input: a lateral map plus the map above. Of the largest
level this is as large as the output, and cheap to compute again.
"""

from functools import partial
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from mmmetaformer.models.layers import Recomputing, has_hooks
from mmmetaformer.models.layers.efficient import use_kernels

__all__ = ['TopDown']


class TopDown(Recomputing):
    """Base class of an FPN, before mmdet's or mmseg's.

    It computes the same as they do. They do it themselves if there are convolutions for
    further levels, if the largest level's lateral convolution has a norm, an activation
    or hooks, and where nothing is recomputed.

    Args:
        recompute: False computes and saves everything as they do.
        arguments: Those of the host's FPN.
    """

    # What the hosts' FPNs have, for type checkers.
    add_extra_convs: bool | str
    backbone_end_level: int
    fpn_convs: Any
    lateral_convs: Any
    num_outs: int
    start_level: int
    upsample_cfg: dict[str, Any]

    def __init__(self, *, recompute: bool = True, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.recompute = recompute

    def forward(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Map a backbone's maps (N, C_i, H_i, W_i) to (N, out_channels, H_i, W_i).

        Further outputs are every second position of the one before.
        """
        levels = inputs[self.start_level : self.backbone_end_level]
        if not (self._is_plain() and use_kernels() and self.recomputes(levels)):
            return super().forward(inputs)
        upper = self.lateral_convs[-1](levels[-1])
        outputs = [self.fpn_convs[-1](upper)]
        for i in reversed(range(len(levels) - 1)):
            merge = partial(self._merge, self.lateral_convs[i])
            conv = self.fpn_convs[i]
            if i == 0:
                outputs.append(self.chain((levels[i], upper), merge, conv))
            else:  # the level below needs the sum
                upper = merge(levels[i], upper)
                outputs.append(conv(upper))
        outputs.reverse()
        while len(outputs) < self.num_outs:
            outputs.append(F.max_pool2d(outputs[-1], 1, stride=2))
        return tuple(outputs)

    def _is_plain(self) -> bool:
        lateral = self.lateral_convs[0]
        activated = lateral.with_norm or lateral.with_activation
        hooked = any(map(has_hooks, lateral.modules()))
        return not (self.add_extra_convs or activated or hooked)

    def _merge(self, lateral: nn.Module, x: Tensor, above: Tensor) -> Tensor:
        """Return a lateral map (N, C, H, W) plus the resized map above."""
        own = lateral(x)
        fixed = 'scale_factor' in self.upsample_cfg
        size = None if fixed else own.shape[2:]
        return own.add_(F.interpolate(above, size, **self.upsample_cfg))

# SPDX-License-Identifier: Apache-2.0
"""How the published models start."""

from torch import nn

__all__ = ['init_weights']


def init_weights(module: nn.Module) -> None:
    """Start convolutions and linear maps from a truncated normal, biases from zero.

    The deviation is 0.02, cut at 2, as in https://github.com/sail-sg/metaformer. For
    `nn.Module.apply`; each part starts its own, so that a token mixer of a user's
    keeps whatever start it gives itself.
    """
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)

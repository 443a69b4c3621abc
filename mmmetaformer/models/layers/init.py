# SPDX-License-Identifier: Apache-2.0
"""The initial weights of the published models."""

from torch import nn

__all__ = ['init_weights']


def init_weights(module: nn.Module) -> None:
    """Draw weights of convolutions and linear maps from a normal, and zero the biases.

    The normal has a deviation of 0.02 and is cut at 2, as in
    https://github.com/sail-sg/metaformer. Call it with `nn.Module.apply`. Each part of
    a block initializes only itself, so that a user's token mixer keeps its own weights.
    """
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)

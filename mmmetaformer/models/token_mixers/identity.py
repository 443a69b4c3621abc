# SPDX-License-Identifier: Apache-2.0
"""The mixer of IdentityFormer (arXiv 2210.13452)."""

from torch import Tensor, nn

from mmmetaformer.registry import TOKEN_MIXERS

__all__ = ['Identity']


@TOKEN_MIXERS.register_module('identity')
class Identity(nn.Module):
    """Mix nothing: each position keeps its vector.

    Args:
        dim: Number of channels.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()

    def is_cheap(self) -> bool:
        """Return whether it may be computed again instead of saving its output."""
        return True

    def forward(self, x: Tensor) -> Tensor:
        """Return the input."""
        return x

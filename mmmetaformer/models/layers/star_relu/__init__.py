# SPDX-License-Identifier: Apache-2.0
"""StarReLU as one operation, which keeps its input alone for the backward pass.

Autograd would keep a tensor for each of the four steps in
`scale * relu(x)^2 + bias`, and fetch it from memory for each.
"""

from .function import star_relu

__all__ = ['star_relu']

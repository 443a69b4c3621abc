# SPDX-License-Identifier: Apache-2.0
"""Whether a module's parameters are still there in the backward pass.

`torch.func.functional_call` lends a module other tensors for a forward pass. A module
that ran again in the backward pass would compute with its own parameters.
"""

from torch import nn

__all__ = ['has_own_parameters']


def has_own_parameters(module: nn.Module) -> bool:
    """Return whether a module's parameters, without those of its parts, are its own."""
    return all(
        parameter is None or isinstance(parameter, nn.Parameter)
        for parameter in module._parameters.values()
    )

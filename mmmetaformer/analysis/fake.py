# SPDX-License-Identifier: Apache-2.0
"""Models whose tensors have shapes but no values."""

from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

__all__ = ['make_fake']


def make_fake(model: nn.Module) -> FakeTensorMode:
    """Replace all tensors of a model by fake ones on the CPU.

    A pass at any size then takes no memory and hardly any time, and chooses the same
    kernels as on the CPU (on torch's meta device attention would be another one, which
    keeps the matrix of all pairs).

    Args:
        model: The model, changed in place: it has no values any more.

    Returns:
        The mode to run the model in.
    """
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    done: dict[int, nn.Parameter] = {}  # a shared parameter stays shared
    for module in model.modules():
        for name, parameter in module._parameters.items():
            if parameter is None:
                continue
            if id(parameter) not in done:
                done[id(parameter)] = nn.Parameter(
                    mode.from_tensor(parameter.detach()), parameter.requires_grad
                )
            module._parameters[name] = done[id(parameter)]
        for name, buffer in module._buffers.items():
            if buffer is not None:
                module._buffers[name] = mode.from_tensor(buffer)
    return mode

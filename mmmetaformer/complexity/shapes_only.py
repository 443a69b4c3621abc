# SPDX-License-Identifier: Apache-2.0
"""Models whose tensors have shapes and no values."""

from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

__all__ = ['make_fake']


def make_fake(model: nn.Module) -> FakeTensorMode:
    """Replace all tensors of a model by fake ones on the CPU.

    A pass at any size then takes no memory and almost no time, and runs the same
    operations as on the CPU. (torch's meta device would take another attention, which
    saves the matrix of all pairs.)

    Args:
        model: The model, changed in place: its values are lost.

    Returns:
        The mode in which to run the model.
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

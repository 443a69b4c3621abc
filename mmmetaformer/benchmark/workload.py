# SPDX-License-Identifier: Apache-2.0
"""What is measured: a module, its input, and its steps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .setting import Setting

__all__ = ['Workload', 'tensors_in']


class Workload:
    """A module on feature maps or images, and the steps that are measured.

    Args:
        name: What the user typed.
        module: Returns one tensor or several.
        image: Its input.
        setting: Where it runs.
    """

    def __init__(
        self, name: str, module: nn.Module, image: Tensor, setting: Setting
    ) -> None:
        self.name = name
        self.module: Any = module.to(setting.device)
        # A leaf: otherwise its gradient would be copied to where the image came from.
        self.image = image.detach().to(setting.device)
        self.image.requires_grad_(image.requires_grad)
        self.setting = setting
        self._gradients: list[Tensor] = []
        # To look for them in each step takes as long as to launch many kernels.
        self._parameters = list(self.module.parameters())

    def start(self, training: bool) -> None:
        """Prepare for training steps or for inference."""
        self.module.train(training)

    def forward(self) -> Any:
        """Run the part of a training step before the backward pass."""
        with self.setting.autocast():
            return self.module(self.image)

    def train_step(self) -> None:
        """Run forward and backward pass, starting from fixed random gradients."""
        outputs = tensors_in(self.forward())
        if not self._gradients:
            self._gradients = [torch.randn_like(output) for output in outputs]
        torch.autograd.backward(outputs, self._gradients)
        for tensor in (*self._parameters, self.image):
            tensor.grad = None

    def infer_step(self) -> None:
        """Run the forward pass without gradients."""
        with torch.no_grad():
            self.forward()

    def resident(self) -> Iterator[Tensor]:
        """Yield the tensors that are in memory between two steps."""
        yield from self.module.parameters()
        yield from self.module.buffers()
        yield self.image
        yield from self._gradients


def tensors_in(structure: Any) -> list[Tensor]:
    """Return all tensors in lists, tuples and dicts."""
    if isinstance(structure, Tensor):
        return [structure]
    if isinstance(structure, Mapping):
        return tensors_in(list(structure.values()))
    if isinstance(structure, Sequence) and not isinstance(structure, str):
        return _flatten(tensors_in(part) for part in structure)
    return []


def _flatten(lists: Iterable[list[Tensor]]) -> list[Tensor]:
    return [tensor for part in lists for tensor in part]

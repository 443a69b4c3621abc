# SPDX-License-Identifier: Apache-2.0
"""Losses and box decoding in float32 under mixed precision.

mmdet and mmseg compute losses, and decode the boxes of proposals and cascade stages,
inside the autocast region, on predictions in its dtype. bfloat16 has 8 significant
bits, so a coordinate of 1000 pixels is off by up to 4 pixels.
"""

from collections.abc import Iterator
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from mmmetaformer.host import DETECTOR_HEADS, LOGITS_LAYER
from mmmetaformer.registry import HOOKS

__all__ = ['Float32PredictionsHook', 'predict_in_float32']


@HOOKS.register_module()
class Float32PredictionsHook(Hook):
    """Casts the predictions of all heads to float32."""

    def before_train(self, runner: Runner) -> None:
        """Called by mmengine once everything is built."""
        predict_in_float32(runner.model)


def predict_in_float32(model: nn.Module) -> None:
    """Let every head of a detector or segmentor return float32.

    What autocast regions compute from predictions is then float32 too, since
    elementwise operations keep the dtype of their inputs.

    Args:
        model: The model, which gets forward hooks.
    """
    for module in _predicting(model):
        module.register_forward_hook(_to_float32)


def _predicting(model: nn.Module) -> Iterator[nn.Module]:
    for name, module in model.named_modules():
        *above, last = name.split('.')
        # The stages of a cascade are numbered.
        if last.isdigit() and above:
            last = above[-1]
        is_head = last in DETECTOR_HEADS and not isinstance(module, nn.ModuleList)
        if last == LOGITS_LAYER or is_head:
            yield module


def _to_float32(module: nn.Module, inputs: Any, output: Any) -> Any:
    return _cast(output)


def _cast(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.float() if value.is_floating_point() else value
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(one) for one in value)
    return value

# SPDX-License-Identifier: Apache-2.0
"""The memory that a training step will take, from shapes alone."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.registry import OPTIMIZERS, init_default_scope
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import type_name
from mmmetaformer.models.build import build_model

from .live_bytes import LiveBytes
from .parts import channels_of, head_runs, maps_of
from .shapes_only import make_fake

__all__ = ['StepMemory', 'count_step_memory']


@dataclass(frozen=True)
class StepMemory:
    """Bytes of all tensors in a training step, on one device.

    Args:
        shape: Height and width of the images in pixels.
        batch: Number of images.
        dtype: Name of the precision of the computation; parameters are float32.
        parameters: Bytes of the parameters.
        optimizer: Bytes of the optimizer's state, which the first step makes.
        step: The most bytes that activations and gradients take at one time.
    """

    shape: tuple[int, int]
    batch: int
    dtype: str
    parameters: int
    optimizer: int
    step: int

    @property
    def peak(self) -> int:
        """The most bytes at one time."""
        return self.parameters + self.optimizer + self.step


def count_step_memory(cfg: Config, shape: tuple[int, int], batch: int) -> StepMemory:
    """Run a training step of a config's model on tensors without values.

    Detectors are counted with as many RoIs as their samplers may take, so that the
    peak is the highest of a training. Of the losses, only the resized logits of mmseg's
    own heads count.

    Args:
        cfg: The config, not changed. Its optimizer wrapper says the precision.
        shape: Height and width of the images in pixels.
        batch: Images of a step.

    Raises:
        ConfigError: Some part of the model does not run on shapes alone, such as a
            head that reads values.
    """
    try:
        return _count(cfg, shape, batch)
    except Exception as error:
        reason = f'{type(error).__name__}: {error}'.splitlines()[0]
        raise ConfigError(
            f'the model does not run on shapes alone ({reason})'
        ) from error


def _count(cfg: Config, shape: tuple[int, int], batch: int) -> StepMemory:
    scope = cfg.get('default_scope')
    if scope:
        init_default_scope(scope)
    model: Any = build_model(cfg.model, scope)
    parameters = sum(p.nbytes for p in model.parameters())
    trained = sum(p.nbytes for p in model.parameters() if p.requires_grad)
    dtype = _dtype(cfg.optim_wrapper)
    with warnings.catch_warnings(), make_fake(model):
        warnings.simplefilter('ignore')
        live = LiveBytes([*model.parameters(), *model.buffers()])
        mixed = torch.autocast('cpu', getattr(torch, dtype), dtype != 'float32')
        with live, mixed:
            images = torch.empty(batch, channels_of(cfg), *shape)
            outputs = list(_outputs(model.train(), images))
            gradients = [torch.empty_like(output) for output in outputs]
        with live:
            torch.autograd.backward(outputs, gradients)
    state = trained * _states_of(cfg.optim_wrapper.optimizer)
    step = max(live.peak, trained)
    return StepMemory(shape, batch, dtype, parameters, state, step)


def _dtype(wrapper: Any) -> str:
    mixed = type_name(wrapper) == 'AmpOptimWrapper'
    return (wrapper.get('dtype') or 'float16') if mixed else 'float32'


def _outputs(model: Any, images: Tensor) -> Iterator[Tensor]:
    """Yield what the losses are computed from."""
    maps = maps_of(model, images)
    for run in head_runs(model, training=True):
        outputs = run.module(run.inputs(maps))
        if _resizes_logits(run.module):
            outputs = _loss(outputs, images)
        for output in tree_leaves(outputs):
            if isinstance(output, Tensor) and output.requires_grad:
                yield output


def _resizes_logits(head: Any) -> bool:
    """Return whether a head's loss is at the size of the labels, as mmseg's are."""
    return hasattr(head, 'loss_decode') and not getattr(
        head, 'memory_efficient_loss', False
    )


def _loss(logits: Tensor, images: Tensor) -> Tensor:
    large = F.interpolate(logits, images.shape[2:], mode='bilinear')
    labels = torch.empty(len(images), *images.shape[2:], dtype=torch.long)
    return F.cross_entropy(large.float(), labels)


def _states_of(optimizer: Any) -> int:
    """Return how many tensors like a parameter an optimizer keeps for it."""
    parameter = nn.Parameter(torch.ones(8, 8))
    parameter.grad = torch.ones_like(parameter)
    optimizer = {k: v for k, v in optimizer.items() if k != 'params'}
    built = OPTIMIZERS.build(dict(optimizer, params=[parameter]))
    built.step()
    state = built.state[parameter].values()
    numbers = sum(value.numel() for value in state if isinstance(value, Tensor))
    return numbers // parameter.numel()

# SPDX-License-Identifier: Apache-2.0
"""The losses, weights and states that are not finite, and the images they are of."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from mmengine.runner import Runner
from torch import Tensor, nn

__all__ = [
    'bad_losses',
    'bad_states',
    'bad_tensors',
    'bad_weights',
    'images_of',
    'weights_of',
]

STATISTICS = ('running_mean', 'running_var')
# What training continues from, in a checkpoint.
STATES = ('state_dict', 'ema_state_dict', 'optimizer')


def bad_weights(model: nn.Module) -> list[str]:
    """Return the names of parameters and running statistics that are not finite."""
    return bad_tensors(weights_of(model))


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """Return a model's parameters and running statistics, by name.

    Other buffers may be infinite on purpose, such as masks of attention.
    """
    tensors: dict[str, Tensor] = dict(model.named_parameters())
    for name, buffer in model.named_buffers():
        if name.rpartition('.')[2] in STATISTICS:
            tensors[name] = buffer
    return tensors


def bad_tensors(tensors: Mapping[str, Tensor]) -> list[str]:
    """Return the names of those that are not finite."""
    # A sum is as fast as reading, and one number per tensor is sent from a GPU. It may
    # also overflow.
    sums = [value.detach().sum(dtype=torch.float32) for value in tensors.values()]
    finite = torch.stack(sums).isfinite().tolist() if sums else []
    return [
        name
        for (name, value), good in zip(tensors.items(), finite, strict=True)
        if not good and not value.isfinite().all()
    ]


def bad_states(checkpoint: Mapping[str, Any]) -> list[str]:
    """Return the names of tensors that are not finite in what training resumes from.

    Masks, which have only zeros and infinities, are finite enough.

    Args:
        checkpoint: With some of the keys in STATES.
    """
    bad = []
    for state in STATES:
        tensors = dict(_tensors(checkpoint.get(state), state))
        bad += [name for name in bad_tensors(tensors) if not _is_mask(tensors[name])]
    return bad


def bad_losses(runner: Runner, outputs: Mapping[str, Any]) -> dict[str, float]:
    """Return the loss terms that are not finite, by name, as the log has them."""
    history = runner.message_hub.log_scalars
    names = [name for name in outputs if 'loss' in name]
    wrapper = runner.optim_wrapper
    # The norm of the gradients, where it is computed.
    if getattr(wrapper, 'clip_grad_kwargs', None) and wrapper.should_update():
        names.append('grad_norm')
    values = {
        name: history[f'train/{name}'].current()
        for name in names
        if f'train/{name}' in history
    }
    bad = {name: value for name, value in values.items() if not math.isfinite(value)}
    # Their sum says nothing more.
    return {k: v for k, v in bad.items() if k != 'loss'} or bad


def images_of(batch: Any) -> Iterator[str]:
    """Yield the files of a batch of mmdet's or mmseg's samples."""
    samples = batch.get('data_samples') if isinstance(batch, Mapping) else None
    for sample in samples if isinstance(samples, (list, tuple)) else ():
        path = getattr(sample, 'img_path', None)
        if path:
            yield str(path)


def _tensors(node: Any, name: str) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of floats in dicts and lists, with their places."""
    if isinstance(node, Tensor):
        if node.is_floating_point():
            yield name, node
        return
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(node, Mapping):
        items = node.items()
    elif isinstance(node, (list, tuple)):
        items = enumerate(node)
    for key, value in items:
        yield from _tensors(value, f'{name}.{key}')


def _is_mask(value: Tensor) -> bool:
    return not value.isnan().any() and not value[value.isfinite()].any()

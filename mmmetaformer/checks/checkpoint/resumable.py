# SPDX-License-Identifier: Apache-2.0
"""Whether training can resume from a checkpoint."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from mmengine.config import Config

from mmmetaformer.errors import ConfigError, warn
from mmmetaformer.text import shortened
from mmmetaformer.weights.files import read_checkpoint

from .checksums import has_checksums
from .classes import check_class_names
from .contents import Checkpoint, check_checkpoint

__all__ = ['check_resumable', 'shapes_of']

# What training continues from.
STATES = ('state_dict', 'ema_state_dict', 'optimizer')


def check_resumable(path: str, cfg: Config) -> Checkpoint:
    """Refuse a checkpoint that is damaged, not finite or not one of this run.

    Args:
        path: A local file.
        cfg: The run's config, without errors in its data sets.

    Returns:
        The checkpoint.

    Raises:
        ConfigError: With the reason, after the path.
    """
    checkpoint = check_checkpoint(path, resume=True)
    assert checkpoint is not None
    if checkpoint.steps is None or checkpoint.epochs is None:
        raise ConfigError(f'{path} does not say after how many steps it was saved')
    content = read_checkpoint(path)
    named = {key: content[key] for key in STATES if key in content}
    bad = [name for name, value in _tensors(named) if not _is_finite(value)]
    if bad:
        raise ConfigError(
            f'{path} has {len(bad)} tensors that are NaN or infinite '
            f'({shortened(bad, 3)}): the run that saved it had diverged'
        )
    check_class_names(checkpoint, cfg, 'train')
    if not has_checksums(path):
        warn(f"{path} is in torch's old format: damage inside tensors cannot be seen")
    return checkpoint


def shapes_of(weights: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a state dict by key, which say of which model it is."""
    return {key: tuple(getattr(value, 'shape', ())) for key, value in weights.items()}


def _tensors(node: Any, name: str = '') -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the tensors in dicts and lists, with their places."""
    if isinstance(node, torch.Tensor):
        yield name, node
        return
    items: Sequence[tuple[Any, Any]] = ()
    if isinstance(node, Mapping):
        items = list(node.items())
    elif isinstance(node, (list, tuple)):
        items = list(enumerate(node))
    for key, value in items:
        yield from _tensors(value, f'{name}.{key}' if name else str(key))


def _is_finite(value: torch.Tensor) -> bool:
    """Return whether a tensor is finite, or a mask of zeros and infinities."""
    if not value.is_floating_point() or value.numel() == 0:
        return True
    # A sum is as fast as reading; it may also overflow.
    if value.sum(dtype=torch.float32).isfinite():
        return True
    finite = value.isfinite()
    return bool(finite.all() or (not value.isnan().any() and not value[finite].any()))

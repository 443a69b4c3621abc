# SPDX-License-Identifier: Apache-2.0
"""What a checkpoint file contains."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from mmmetaformer.compat.checkpoint_claims import check_counts
from mmmetaformer.compat.checkpoint_reader import read
from mmmetaformer.errors import ConfigError
from mmmetaformer.weights.checksums import check_checksums
from mmmetaformer.weights.files import read_checkpoint
from mmmetaformer.weights.publish import published_meta

__all__ = ['Checkpoint', 'check_checkpoint']

# Where mmengine, its early versions and mmcv's runners have the names.
CLASS_KEYS = ('classes', 'CLASSES')


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint of a model.

    Attributes:
        path: The file.
        weights: The model's state dict.
        classes: What the model was trained on, in the order of the labels; None if
            the file does not say.
        steps: Iterations done; None if the file does not say.
        epochs: Epochs done; None if the file does not say.
        meta: What mmengine, or `tools/weights.py publish`, wrote beside the states.
        contents: All that the file has, such as the optimizer's state.
    """

    path: str
    weights: dict[str, Any]
    classes: list[str] | None = None
    steps: int | None = None
    epochs: int | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    contents: Mapping[str, Any] = field(default_factory=dict)


def check_checkpoint(path: str, resume: bool = False) -> Checkpoint:
    """Refuse a file that is not a checkpoint of a model.

    Args:
        path: A local file, or an address that mmengine knows, such as https.
        resume: Whether training resumes from it, which also needs the states of
            optimizer and schedule.

    Returns:
        What it contains.

    Raises:
        ConfigError: The file does not exist, is damaged, is not a checkpoint, or does
            not have enough to resume from.
    """
    is_local = '://' not in path
    if is_local:  # the reader of addresses does
        check_checksums(path)
    checkpoint = dict(read_checkpoint(path)) if is_local else read(path)
    weights = checkpoint.get('state_dict', checkpoint)
    if not isinstance(weights, Mapping) or not any(
        isinstance(value, torch.Tensor) for value in weights.values()
    ):
        raise ConfigError(f'{path} has no weights: its keys are {list(checkpoint)}')
    if resume and not {'optimizer', 'message_hub', 'meta'} <= set(checkpoint):
        raise ConfigError(
            f'{path} has only weights; training cannot resume from it. To start a new '
            f'run with these weights: --cfg-options load_from={path}'
        )
    if resume:
        check_counts(checkpoint['meta'], path)
    meta = _mapping(checkpoint.get('meta'))
    if path.endswith('.safetensors') and is_local:
        meta = published_meta(path)
    return Checkpoint(
        path,
        dict(weights),
        _classes(_mapping(meta.get('dataset_meta'))) or _classes(meta),
        _count(meta.get('iter')),
        _count(meta.get('epoch')),
        meta,
        checkpoint,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _classes(meta: Mapping[str, Any]) -> list[str] | None:
    for key in CLASS_KEYS:
        names = meta.get(key)
        if isinstance(names, (list, tuple)) and names:
            return [str(name) for name in names]
    return None

# SPDX-License-Identifier: Apache-2.0
"""Checks of a checkpoint file before a run starts on it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from mmengine.model import BaseTTAModel, is_model_wrapper
from torch import nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.weights import read_checkpoint

__all__ = [
    'check_checkpoint',
    'check_fits',
    'check_start',
    'forget_pretrained',
    'resume_from',
]

MAX_NAMED = 5  # keys that a message names


def check_checkpoint(path: str, resume: bool = False) -> dict[str, Any] | None:
    """Refuse a file that is no checkpoint of a model.

    Args:
        path: A local file. An address with a scheme, such as https, is not checked.
        resume: Whether training is to go on from it, for which the states of
            optimizer and schedule are needed too.

    Returns:
        The checkpoint's state dict; None for an address.

    Raises:
        ConfigError: Absent, no checkpoint, or not enough to resume from.
    """
    if '://' in path:
        return None
    checkpoint = read_checkpoint(path)
    state_dict = checkpoint.get('state_dict', checkpoint)
    if not any(isinstance(value, torch.Tensor) for value in state_dict.values()):
        raise ConfigError(f'{path} holds no weights: its keys are {list(checkpoint)}')
    if resume and not {'optimizer', 'message_hub'} <= set(checkpoint):
        raise ConfigError(
            f'{path} holds weights only, training cannot resume from it. To start '
            f'a new run on these weights: --cfg-options load_from={path}'
        )
    return dict(state_dict)


def resume_from(checkpoint: str, work_dir: str) -> str | None:
    """Find the checkpoint that `--resume` means.

    Args:
        checkpoint: A checkpoint, or 'auto' for the last one in `work_dir`.
        work_dir: The run's folder.

    Returns:
        The checkpoint; None if the folder has none yet, and training starts anew.
    """
    if checkpoint != 'auto':
        return checkpoint
    last = Path(work_dir) / 'last_checkpoint'
    return last.read_text().strip() if last.is_file() else None


def check_start(model: nn.Module, state_dict: Mapping[str, Any], path: str) -> None:
    """Refuse a `load_from` that leaves the backbone untrained.

    Heads may differ, such as those for other classes; mmengine logs which do.

    Args:
        model: The model, or a distributed or a test-time wrapper around it.
        state_dict: The weights.
        path: Where they come from, for the message.

    Raises:
        ConfigError: Weights of the backbone lack or have other shapes.
    """
    if is_model_wrapper(model):
        model = cast(nn.Module, model.module)
    given = {key.removeprefix('module.'): value for key, value in state_dict.items()}
    own = {k: v for k, v in model.state_dict().items() if k.startswith('backbone.')}
    bad = [k for k in own if k not in given or given[k].shape != own[k].shape]
    if bad:
        raise ConfigError(
            f"load_from={path} does not fit this config's backbone: {len(bad)} of "
            f'{len(own)} tensors lack or have other shapes ({bad[0]}, ...). For '
            "weights of a backbone alone: init_cfg=dict(type='Pretrained', "
            f'checkpoint={path!r}) in the backbone'
        )


def forget_pretrained(model: Any) -> None:
    """Do not load pretrained weights that a checkpoint would overwrite.

    Args:
        model: The model's config, changed in place.
    """
    if isinstance(model.get('backbone'), dict):
        model['backbone'].pop('init_cfg', None)


def check_fits(model: nn.Module, state_dict: Mapping[str, Any], path: str) -> None:
    """Refuse weights that are not this model's.

    mmengine itself would load what matches and log the rest.

    Args:
        model: The model, or a distributed wrapper around it.
        state_dict: The weights.
        path: Where they come from, for the message.

    Raises:
        ConfigError: Names that lack or are left over, or other shapes.
    """
    while is_model_wrapper(model) or isinstance(model, BaseTTAModel):
        model = cast(nn.Module, model.module)
    own = model.state_dict()
    problems = {
        'missing': [key for key in own if key not in state_dict],
        'unknown': [key for key in state_dict if key not in own],
        'of another shape': [
            f'{key} {tuple(state_dict[key].shape)} for {tuple(own[key].shape)}'
            for key in own
            if key in state_dict and state_dict[key].shape != own[key].shape
        ],
    }
    found = [
        f'{len(keys)} {what} ({", ".join(keys[:MAX_NAMED])}'
        f'{", ..." if len(keys) > MAX_NAMED else ""})'
        for what, keys in problems.items()
        if keys
    ]
    if found:
        raise ConfigError(
            f"{path} is not a checkpoint of this config's model: {'; '.join(found)}. "
            'Is it from another config, or a backbone alone?'
        )

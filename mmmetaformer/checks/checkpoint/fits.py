# SPDX-License-Identifier: Apache-2.0
"""Whether the weights of a checkpoint fit a run's model."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from mmengine.model import BaseTTAModel, is_model_wrapper
from torch import nn

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import shortened

__all__ = ['check_fits', 'check_start', 'unwrapped']


def check_start(model: nn.Module, state_dict: Mapping[str, Any], path: str) -> None:
    """Refuse a `load_from` that leaves the backbone untrained.

    Heads may differ, for example for other classes; mmengine logs which do.

    Args:
        model: The model, or a distributed wrapper around it.
        state_dict: The weights.
        path: Where they come from, for the message.

    Raises:
        ConfigError: Keys of the backbone are missing or have another shape.
    """
    own = {
        key: value
        for key, value in unwrapped(model).state_dict().items()
        if key.startswith('backbone.')
    }
    given = {key.removeprefix('module.'): value for key, value in state_dict.items()}
    missing, reshaped = _missing(own, given), _reshaped(own, given)
    if missing or reshaped:
        raise ConfigError(
            f"load_from={path} does not fit this config's backbone: of "
            f'{len(own)} keys, {_problems(missing=missing, reshaped=reshaped)}. For '
            "weights of a backbone alone: init_cfg=dict(type='Pretrained', "
            f'checkpoint={path!r}) in the backbone'
        )


def check_fits(model: nn.Module, state_dict: Mapping[str, Any], path: str) -> None:
    """Refuse weights of another model.

    mmengine itself would load what matches and log the rest.

    Args:
        model: The model, or a distributed or test-time wrapper around it.
        state_dict: The weights.
        path: Where they come from, for the message.

    Raises:
        ConfigError: Keys are missing or unexpected, or have another shape.
    """
    own = unwrapped(model).state_dict()
    missing, unexpected = _missing(own, state_dict), _missing(state_dict, own)
    reshaped = _reshaped(own, state_dict)
    if missing or unexpected or reshaped:
        raise ConfigError(
            f"{path} is not a checkpoint of this config's model: "
            f'{_problems(missing, unexpected, reshaped)}. Is it from another config, '
            'or a backbone alone?'
        )


def unwrapped(model: nn.Module) -> nn.Module:
    """Return the model inside distributed and test-time wrappers."""
    while is_model_wrapper(model) or isinstance(model, BaseTTAModel):
        model = cast(nn.Module, model.module)
    return model


def _missing(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    return [key for key in wanted if key not in given]


def _reshaped(own: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    return [
        f'{key} {tuple(given[key].shape)}, expected {tuple(own[key].shape)}'
        for key in own
        if key in given and given[key].shape != own[key].shape
    ]


def _problems(
    missing: Sequence[str] = (),
    unexpected: Sequence[str] = (),
    reshaped: Sequence[str] = (),
) -> str:
    kinds = {
        'missing': missing,
        'unexpected': unexpected,
        'with a different shape': reshaped,
    }
    return '; '.join(
        f'{len(keys)} {kind} ({shortened(keys)})'
        for kind, keys in kinds.items()
        if keys
    )

# SPDX-License-Identifier: Apache-2.0
"""Build a token mixer from a config."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from mmmetaformer.errors import check_arguments, check_choice
from mmmetaformer.registry import TOKEN_MIXERS

__all__ = ['build_token_mixer']


def build_token_mixer(spec: str | Mapping[str, Any], dim: int) -> nn.Module:
    """Build the mixer `spec` for `dim` channels.

    Args:
        spec: A registered name, or a dict with the name as `type` and the mixer's
            own arguments.
        dim: Number of channels.

    Raises:
        ConfigError: The name is not registered, or an argument is unknown or missing.
    """
    arguments = {'type': spec} if isinstance(spec, str) else dict(spec)
    name = arguments.pop('type', None)
    TOKEN_MIXERS.import_from_location()
    known = TOKEN_MIXERS.module_dict
    check_choice(
        'token mixer',
        name,
        known,
        hint='To add your own mixer, decorate its class with '
        "@TOKEN_MIXERS.register_module('its_name') and list its module in the config's "
        'custom_imports.',
    )
    check_arguments(f'token mixer {name!r}', known[name], arguments, given=('dim',))
    return known[name](dim=dim, **arguments)

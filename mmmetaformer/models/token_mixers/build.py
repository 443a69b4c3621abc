# SPDX-License-Identifier: Apache-2.0
"""From what a config says of a token mixer to the module."""

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
            own arguments besides.
        dim: Number of channels.

    Raises:
        ConfigError: The name is not registered, or the mixer has no such argument.
    """
    arguments = {'type': spec} if isinstance(spec, str) else dict(spec)
    name = arguments.pop('type', None)
    TOKEN_MIXERS.import_from_location()
    known = TOKEN_MIXERS.module_dict
    check_choice(
        'token mixer',
        name,
        known,
        hint='A mixer of your own: decorate it with '
        "@TOKEN_MIXERS.register_module('its_name') and name its file in the config's "
        'custom_imports.',
    )
    check_arguments(f'token mixer {name!r}', known[name], arguments, given=('dim',))
    return known[name](dim=dim, **arguments)

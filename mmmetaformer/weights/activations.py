# SPDX-License-Identifier: Apache-2.0
"""Explain a file that differs from a model only in its activations' parameters.

StarReLU has two scalars; ReLU, GELU and StarReLU with fixed scalars have none. All
other tensors then match, but the weights belong to another network.
"""

import re
from collections.abc import Iterable
from typing import Any

from mmmetaformer.text import config_text

from .anatomy import NO_WEIGHTS, Anatomy

__all__ = ['activation_hint', 'only_activations']

SCALAR = re.compile(r'stages\.\d+\.\d+\.(mlp\.act|token_mixer\.act1)\.(scale|bias)')
MIXER = '.token_mixer.'


def only_activations(keys: Iterable[str]) -> bool:
    """Return whether there are keys, and all are parameters of activations."""
    keys = list(keys)
    return bool(keys) and all(SCALAR.fullmatch(key) for key in keys)


def activation_hint(missing: list[str], unexpected: list[str], file: Anatomy) -> str:
    """Return which arguments build the file's network, '' if more differs.

    Args:
        missing: Keys that only the model has.
        unexpected: Keys that only the file has.
        file: The architecture of the file.
    """
    if unexpected:
        if missing or not only_activations(unexpected):
            return ''
        return (
            "the file's activations have parameters, the model's have none: "
            "act='star_relu', also as an argument of sep_conv"
        )
    if not only_activations(missing):
        return ''
    cause = (
        "the file's activations have no parameters. They are not StarReLU but another, "
        'which the file does not name: probably ReLU, as in the weights of SurgeNet. '
    )
    if NO_WEIGHTS in file.mixers:
        return cause + (
            "Build the backbone as an mmmetaformer.MetaFormer with act='relu'."
        )
    return cause + 'Set\n' + config_text(_config(file, missing), indent=4)


def _config(file: Anatomy, missing: list[str]) -> dict[str, Any]:
    """Return the config of a backbone with ReLU where the file has no parameters."""
    mixers: list[Any] = []
    for stage, mixer in enumerate(file.mixers):
        own = f'stages.{stage}.'
        lacks = any(key.startswith(own) and MIXER in key for key in missing)
        mixers.append({'type': mixer, 'act': 'relu'} if lacks else mixer)
    config = {
        'type': 'mmmetaformer.MetaFormer',
        'arch': {'depths': file.depths, 'dims': file.dims},
        'token_mixers': tuple(mixers),
    }
    if any(MIXER not in key for key in missing):
        config['act'] = 'relu'
    return config

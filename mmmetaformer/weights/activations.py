# SPDX-License-Identifier: Apache-2.0
"""Explain a file that differs from a model only in its activations' parameters.

StarReLU has two scalars; ReLU, GELU and StarReLU with fixed scalars have none. All
other tensors then match, but the weights belong to another network.
"""

import re
from collections.abc import Iterable

from mmmetaformer.text import config_text

from .anatomy import NO_WEIGHTS, Anatomy

__all__ = ['activation_hint', 'only_activations_differ']

SCALAR = re.compile(r'stages\.(\d+)\.\d+\.(mlp\.act|token_mixer\.act1)\.(scale|bias)')
MLP = 'mlp'


def only_activations_differ(
    missing: Iterable[str],
    unexpected: Iterable[str],
    file: Iterable[str],
    model: Iterable[str],
) -> bool:
    """Return whether whole activations explain all keys that do not match.

    A file in which some blocks have the parameters and others do not is damaged: no
    `act` builds its network.

    Args:
        missing: Keys that only the model has.
        unexpected: Keys that only the file has.
        file: All keys of the file.
        model: All keys of the model.
    """
    theirs, ours = _learnable(file), _learnable(model)
    return all(_place(key) not in {None, *theirs} for key in missing) and all(
        _place(key) not in {None, *ours} for key in unexpected
    )


def activation_hint(missing: list[str], keys: Iterable[str], file: Anatomy) -> str:
    """Return which arguments build the network of a file.

    Args:
        missing: Keys that only the model has.
        keys: All keys of the file.
        file: The architecture of the file.
    """
    learnable = _learnable(keys)
    act = 'star_relu' if MLP in learnable else 'relu'
    cause = (
        'these activations have no parameters in the file. They are probably ReLU, as '
        "in SurgeNet's weights. "
        if missing
        else "the file's activations are StarReLU, the model's are not. "
    )
    if NO_WEIGHTS in file.mixers:
        return cause + f"Build an mmmetaformer.MetaFormer with act='{act}'."
    config = {
        'type': 'mmmetaformer.MetaFormer',
        'arch': {'depths': file.depths, 'dims': file.dims},
        'token_mixers': tuple(
            {'type': mixer, 'act': 'relu'}
            if mixer == 'sep_conv' and f'stage {stage}' not in learnable
            else mixer
            for stage, mixer in enumerate(file.mixers)
        ),
        'act': act,
    }
    return cause + 'Keep your other arguments and set\n' + config_text(config, indent=4)


def _learnable(keys: Iterable[str]) -> set[str]:
    """Return the places whose activations have parameters."""
    return {place for place in map(_place, keys) if place}


def _place(key: str) -> str | None:
    """Return which `act` of a config a parameter belongs to, None for another key.

    All MLPs have the same, and all token mixers of a stage.
    """
    found = SCALAR.fullmatch(key)
    if not found:
        return None
    return MLP if found[2].startswith(MLP) else f'stage {found[1]}'

# SPDX-License-Identifier: Apache-2.0
"""Detect the kind of MetaFormer from the keys and shapes of its weights."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from torch import Tensor

__all__ = ['Anatomy', 'anatomy', 'differences']

# A parameter that only this mixer has. Identity and pooling have no parameters.
MIXERS = {
    'qkv.weight': 'attention',
    'dwconv.weight': 'sep_conv',
    'random_matrix': 'random_mixing',
}
NO_WEIGHTS = 'identity or pooling'
# The key is the mixers of the four stages and whether there is a layer scale.
FAMILIES: dict[tuple[tuple[str, ...], bool], str] = {
    (('sep_conv',) * 4, False): 'ConvFormer',
    (('sep_conv',) * 2 + ('attention',) * 2, False): 'CAFormer',
    ((NO_WEIGHTS,) * 2 + ('random_mixing',) * 2, False): 'RandFormer',
    ((NO_WEIGHTS,) * 4, False): 'IdentityFormer or PoolFormerV2',
    ((NO_WEIGHTS,) * 4, True): 'PoolFormer',
}


@dataclass(frozen=True)
class Anatomy:
    """The architecture choices that weights reveal."""

    family: str
    depths: tuple[int, ...]
    dims: tuple[int, ...]
    mixers: tuple[str, ...]


def anatomy(weights: Mapping[str, Tensor]) -> Anatomy | None:
    """Detect the architecture of weights in our layout, None for another network."""
    depths: list[int] = []
    dims: list[int] = []
    mixers: list[str] = []
    while f'stages.{len(depths)}.0.norm1.weight' in weights:
        stage = f'stages.{len(depths)}'
        keys = [key for key in weights if key.startswith(f'{stage}.')]
        dims.append(weights[f'{stage}.0.norm1.weight'].numel())
        depths.append(len({key.split('.')[2] for key in keys}))
        first = f'{stage}.0.token_mixer.'
        found = (name for end, name in MIXERS.items() if first + end in weights)
        mixers.append(next(found, NO_WEIGHTS))
    if not depths:
        return None
    has_scale = any('.layer_scale' in key for key in weights)
    family = FAMILIES.get((tuple(mixers), has_scale), 'custom MetaFormer')
    return Anatomy(family, tuple(depths), tuple(dims), tuple(mixers))


def differences(file: Anatomy, model: Anatomy) -> list[str]:
    """Describe how a file differs from a model, in the stages that both have."""
    found = []
    for field in fields(Anatomy):
        theirs, ours = getattr(file, field.name), getattr(model, field.name)
        if field.name != 'family':
            common = min(len(theirs), len(ours))
            theirs, ours = theirs[:common], ours[:common]
        elif len(file.depths) != len(model.depths):
            continue  # families can differ in the last stages alone
        if theirs != ours:
            found.append(
                f'{field.name} {_text(theirs)} in the file, {_text(ours)} in the model'
            )
    return found


def _text(value: object) -> str:
    return ' '.join(map(str, value)) if isinstance(value, tuple) else str(value)

# SPDX-License-Identifier: Apache-2.0
"""Remove the prefixes that wrappers add to the keys of a backbone."""

from collections.abc import Mapping
from typing import TypeVar

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import PARTS_BESIDE_BACKBONE

from .layouts import find_layout

__all__ = ['strip_prefixes']

Value = TypeVar('Value')

# From DDP, EMA, Lightning, mmpretrain, transformers, MAE, DINO.
PREFIXES = ('module.', 'model.', 'backbone.', 'poolformer.', 'encoder.', 'net.')
# That of a backbone in a detector or segmentor.
DENSE = 'backbone.'


def strip_prefixes(
    weights: Mapping[str, Value], prefix: str | None = ''
) -> tuple[dict[str, Value], str, list[str]]:
    """Remove prefixes until the keys are those of a known layout.

    Args:
        weights: By the keys in the file.
        prefix: The user's prefix. Keys without it are left out. None for DENSE, if any
            key has it.

    Returns:
        Weights by their shorter keys, the prefix that was removed, and the keys that
        were left out.

    Raises:
        ConfigError: No key starts with the user's prefix, or the file is a whole
            detector or segmentor and the user gave no prefix.
    """
    if prefix is None:
        prefix = DENSE if _count(weights, DENSE) else ''
    if prefix:
        prefix = prefix.rstrip('.') + '.'
        wanted = {
            key.removeprefix(prefix): value
            for key, value in weights.items()
            if key.startswith(prefix)
        }
        if not wanted:
            raise ConfigError(
                f'no key in the file starts with {prefix!r}; the first key is '
                f'{next(iter(weights))!r}. Set prefix to the part before the '
                "backbone's own keys."
            )
        left_out = [key for key in weights if not key.startswith(prefix)]
        rest, more, _ = strip_prefixes(wanted)
        return rest, prefix + more, left_out

    rest = dict(weights)
    taken = ''
    while find_layout(rest) is None:
        # More than half of the keys: a classifier's do not have the backbone's prefix.
        common = [p for p in PREFIXES if 2 * _count(rest, p) > len(rest)]
        if not common:
            break
        rest = {key.removeprefix(common[0]): value for key, value in rest.items()}
        taken += common[0]
    dense = [part for part in PARTS_BESIDE_BACKBONE if _count(rest, f'{part}.')]
    if dense:
        raise ConfigError(
            f'the file is a whole detector or segmentor: it has {dense[0]}.* keys. To '
            "load only its backbone, set prefix='backbone.'; to load the whole model, "
            'use load_from=... instead of init_cfg.'
        )
    return rest, taken, []


def _count(weights: Mapping[str, Value], prefix: str) -> int:
    return sum(key.startswith(prefix) for key in weights)

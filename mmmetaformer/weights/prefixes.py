# SPDX-License-Identifier: Apache-2.0
"""Taking off what wrappers put before the names of a backbone's weights."""

from collections.abc import Mapping
from typing import TypeVar

from mmmetaformer.errors import ConfigError
from mmmetaformer.host import PARTS_BESIDE_BACKBONE

from .layouts import find_layout

__all__ = ['strip_prefixes']

Value = TypeVar('Value')

# DDP, EMA, Lightning, mmpretrain, transformers, MAE, DINO.
PREFIXES = ('module.', 'model.', 'backbone.', 'poolformer.', 'encoder.', 'net.')


def strip_prefixes(
    weights: Mapping[str, Value], prefix: str = ''
) -> tuple[dict[str, Value], str, list[str]]:
    """Take prefixes off until the names are those of a known layout.

    Args:
        weights: By the names in the file.
        prefix: Of the names that are wanted, if the user gave one; the others are left
            out.

    Returns:
        Weights by the rest of their names, the prefix taken off, and the names left
        out.

    Raises:
        ConfigError: No name begins with the user's prefix, or the file is that of a
            whole detector or segmentor and the user gave none.
    """
    if prefix:
        prefix = prefix.rstrip('.') + '.'
        wanted = {
            key.removeprefix(prefix): value
            for key, value in weights.items()
            if key.startswith(prefix)
        }
        if not wanted:
            raise ConfigError(
                f'no name in the file begins with {prefix!r}; the first is '
                f'{next(iter(weights))!r}'
            )
        left_out = [key for key in weights if not key.startswith(prefix)]
        rest, more, _ = strip_prefixes(wanted)
        return rest, prefix + more, left_out

    rest = dict(weights)
    taken = ''
    while find_layout(rest) is None:
        # What wraps the backbone is before most names; a classifier may lie beside it.
        common = [p for p in PREFIXES if 2 * _count(rest, p) > len(rest)]
        if not common:
            break
        rest = {key.removeprefix(common[0]): value for key, value in rest.items()}
        taken += common[0]
    dense = [part for part in PARTS_BESIDE_BACKBONE if _count(rest, f'{part}.')]
    if dense:
        raise ConfigError(
            f'the file is that of a whole detector or segmentor: it has {dense[0]}.* '
            "beside the backbone. For the backbone alone write prefix='backbone.'; to "
            'go on with the whole model, load_from=... in place of init_cfg'
        )
    return rest, taken, []


def _count(weights: Mapping[str, Value], prefix: str) -> int:
    return sum(key.startswith(prefix) for key in weights)

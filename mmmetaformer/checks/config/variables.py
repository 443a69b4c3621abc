# SPDX-License-Identifier: Apache-2.0
"""Variables of a config file, which no option can set: what to set instead."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from mmmetaformer.text import shortened

from .former_keys import PLACES
from .keys import RUN_KEYS

__all__ = ['USED_KEYS', 'instead_of']

# `test_pipeline` is read by other tools than those of this project alone.
USED_KEYS = RUN_KEYS - {'test_pipeline'}
# What sets everything that a variable of this name sets.
TOOL_OPTIONS = {
    'data_root': '--data-root FOLDER instead',
    'num_classes': '--classes instead, or every num_classes of the model',
    'classes': '--classes instead',
    'metainfo': '--classes instead',
}


def instead_of(cfg: Config, variable: str) -> str:
    """Return what to set instead of a variable."""
    if variable in TOOL_OPTIONS:
        return TOOL_OPTIONS[variable]
    if variable in PLACES:
        return PLACES[variable]
    value = cfg[variable]
    # Small values occur by chance, too.
    if not isinstance(value, (list, tuple, Mapping)) or len(value) < 2:
        return 'the keys that use it'
    sections = {key: cfg[key] for key in sorted(USED_KEYS) if key in cfg}
    return shortened(_places_of(value, sections, ''), 3) or 'the keys that use it'


def _places_of(value: Any, node: Any, place: str) -> Iterator[str]:
    if node == value:
        yield place
    elif isinstance(node, Mapping):
        for key, inner in node.items():
            yield from _places_of(value, inner, f'{place}.{key}'.lstrip('.'))
    elif isinstance(node, (list, tuple)):
        for i, inner in enumerate(node):
            yield from _places_of(value, inner, f'{place}.{i}')

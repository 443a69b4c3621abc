# SPDX-License-Identifier: Apache-2.0
"""Former names of arguments that a function still takes, with a warning."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ['former_names']


def former_names(function: Any) -> Mapping[str, str]:
    """Return the old names that mmengine's `deprecated_api_warning` still takes."""
    return dict(_items(function))


def _items(function: Any) -> Iterator[tuple[str, str]]:
    while hasattr(function, '__wrapped__'):
        names = function.__code__.co_freevars
        if 'name_dict' in names:
            cell = function.__closure__[names.index('name_dict')]
            yield from cell.cell_contents.items()
        function = function.__wrapped__

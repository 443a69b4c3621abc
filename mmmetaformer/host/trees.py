# SPDX-License-Identifier: Apache-2.0
"""Reading config trees, of which many values may be written in several ways."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ['as_list', 'dicts_in', 'type_name']


def as_list(value: Any) -> list[Any]:
    """Return a list for what a config may write as one, as several, or as None."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def dicts_in(node: Any) -> Iterator[Any]:
    """Yield every dict in a config tree, the outer ones first."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for value in node:
            yield from dicts_in(value)


def type_name(spec: Mapping[str, Any]) -> str:
    """Return the name of a config's `type`, a class or a string, without its scope."""
    kind = spec.get('type')
    return kind.__name__ if isinstance(kind, type) else str(kind).rsplit('.', 1)[-1]

# SPDX-License-Identifier: Apache-2.0
"""What a config's `type` means, found as mmengine's registries find it."""

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import mmengine.registry
from mmengine.registry import Registry

from mmmetaformer.text import did_you_mean

from .former_names import FORMER_TYPES

__all__ = ['look_up', 'unknown_type']

# Registries of what can be nested in something else, the likely ones first.
ANYWHERE = (
    'MODELS',
    'TASK_UTILS',
    'TRANSFORMS',
    'DATASETS',
    'DATA_SAMPLERS',
    'METRICS',
    'VISBACKENDS',
    'VISUALIZERS',
    'HOOKS',
    'OPTIMIZERS',
    'PARAM_SCHEDULERS',
    'LOOPS',
)


def look_up(
    registry: str, name: Any, scope: str | None, anywhere: bool = False
) -> Callable[..., Any] | None:
    """Return what a config's `type` means, None if no such name is registered.

    Args:
        registry: The name of mmengine's root registry, such as 'MODELS'.
        name: The value of `type`: a name, with or without a scope, or the class itself.
        scope: The scope in which mmengine builds it.
        anywhere: Whether to search other registries, too.
    """
    if not isinstance(name, str):
        return name if callable(name) else None
    for root in (registry, *(ANYWHERE if anywhere else ())):
        with _root(root).switch_scope_and_registry(scope) as child:
            found = child.get(name)
        if found is not None:
            return found
    return None


def unknown_type(registry: str, name: Any, scope: str | None) -> str:
    """Return what to do about a name that `look_up` does not find, '' if unclear."""
    if not isinstance(name, str):
        return 'A type is a name or a class.'
    former = FORMER_TYPES.get(name)
    if former:
        return former
    package, dot, _ = name.partition('.')
    if dot and importlib.util.find_spec(package) is None:
        return f'It is part of {package}, which is not installed: pip install {package}'
    everywhere = list(_all_below(_root(registry)))
    for other in everywhere:
        if name in other.module_dict:
            return f'Did you mean {f"{other.scope}.{name}"!r}?'
    for other in everywhere:
        if dot and other.scope == package:
            names = [f'{package}.{known}' for known in other.module_dict]
            return did_you_mean(name, names).strip()
    with _root(registry).switch_scope_and_registry(scope) as child:
        return did_you_mean(name, list(_names_in(child))).strip()


def _names_in(registry: Registry) -> Iterator[str]:
    found: Registry | None = registry
    while found is not None:
        yield from found.module_dict
        found = found.parent


def _all_below(registry: Registry) -> Iterator[Registry]:
    yield registry
    for child in registry.children.values():
        yield from _all_below(child)


def _root(name: str) -> Registry:
    return getattr(mmengine.registry, name)

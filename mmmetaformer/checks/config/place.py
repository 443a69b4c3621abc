# SPDX-License-Identifier: Apache-2.0
"""A dict of a config from which one thing is built."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mmmetaformer.host import as_list

from .taken import Taken

__all__ = ['Place', 'at', 'listed']


@dataclass(frozen=True)
class Place:
    """A dict of a config from which one thing is built.

    Args:
        path: Its keys in the config, such as 'train_dataloader.dataset'.
        spec: The dict.
        registry: Name of mmengine's registry that has its `type`. Any other name if
            `taken` says what it takes.
        default: The type it has if it names none, '' if it must.
        given: Arguments that the builder adds, None if that is not known.
        popped: Keys that the builder takes out before.
        taken: What it takes, where no type says so.
        name: What to call it then.
        at_least: The smallest number that some arguments can be.
        is_sure: Whether `registry` is known to build it, not only likely to.
    """

    path: str
    spec: Mapping[str, Any]
    registry: str = ''
    default: str = ''
    given: tuple[str, ...] | None = ()
    popped: tuple[str, ...] = ()
    taken: Taken | None = None
    name: str = ''
    at_least: Mapping[str, int] = field(default_factory=dict)
    is_sure: bool = True


def at(parent: Mapping[str, Any], path: str, **how: Any) -> Iterator[Place]:
    """Yield the place of a path's last key in `parent`, if it has a dict there."""
    spec = parent.get(path.rsplit('.', 1)[-1])
    if isinstance(spec, Mapping):
        yield Place(path, spec, **how)


def listed(
    path: str, specs: Any, registry: str, popped: tuple[str, ...] = ()
) -> Iterator[Place]:
    """Yield the places of what a config may write as one dict or as a list."""
    many = isinstance(specs, (list, tuple))
    for i, spec in enumerate(as_list(specs)):
        if isinstance(spec, Mapping):
            key = f'{path}[{i}]' if many else path
            yield Place(key, spec, registry, popped=popped)

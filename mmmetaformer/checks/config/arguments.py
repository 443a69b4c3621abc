# SPDX-License-Identifier: Apache-2.0
"""Whether everything that a config names takes the arguments that the config has."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from mmengine.config import Config

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import shortened

from .annotated import expected_instead
from .lookup import look_up, unknown_type
from .nested import nested_in
from .paramwise import wrong_paramwise_keys
from .place import Place
from .places import places_of
from .signatures import taken_by
from .taken import Taken
from .training_places import training_places
from .unknown_arguments import text_over_base, way_out

__all__ = ['check_arguments_of', 'wrong_arguments']

MAX_ERRORS = 3


class Wrong(NamedTuple):
    """Something wrong in one dict of a config: the dict's path, what, what to do."""

    path: str
    what: str
    way_out: str = ''


def check_arguments_of(cfg: Config, splits: Iterable[str]) -> None:
    """Refuse unknown types, and arguments that what they name does not take.

    Args:
        cfg: The run's config.
        splits: Which of 'train', 'val' and 'test' the run uses.

    Raises:
        ConfigError: Something is not as its signature says; the message has the place
            and the nearest name.
    """
    paths: dict[tuple[str, str], list[str]] = {}
    for wrong in wrong_arguments(cfg, splits):
        paths.setdefault((wrong.what, wrong.way_out), []).append(wrong.path)
    if not paths:
        return
    lines = [
        f'{what} ({shortened(places, 1)}). {way_out}'.rstrip()
        for (what, way_out), places in paths.items()
    ]
    more = len(lines) - MAX_ERRORS
    rest = f' (and {more} more like these)' if more > 0 else ''
    raise ConfigError('\n'.join(lines[:MAX_ERRORS]) + rest)


def wrong_arguments(cfg: Config, splits: Iterable[str]) -> Iterator[Wrong]:
    """Yield what is wrong with the types and arguments in a config."""
    scope, text = cfg.get('default_scope'), text_over_base(cfg)
    splits = list(splits)
    for place in places_of(cfg, splits):
        yield from _wrong(place, scope, text)
    if 'train' in splits:
        for place in training_places(cfg):
            yield from _wrong(place, scope, text)
        for path, what, fix in wrong_paramwise_keys(cfg.get('optim_wrapper'), scope):
            yield Wrong(path, what, fix)


def _wrong(place: Place, scope: str | None, text: str | None) -> Iterator[Wrong]:
    scope = place.spec.get('_scope_', scope)
    if place.taken is not None:
        yield from _wrong_names(place, place.name, place.taken, text)
        yield from _wrong_values(place, place.name, place.taken)
        return
    kind = place.spec.get('type', place.default)
    if kind == '':
        if place.is_sure:
            yield Wrong(place.path, 'a type is missing')
        return
    found = look_up(place.registry, kind, scope, anywhere=not place.is_sure)
    if found is None:
        fix = unknown_type(place.registry, kind, scope)
        what = f'type {kind!r} is not registered'
        yield Wrong(place.path, what, fix)
        return
    name = getattr(found, '__name__', str(kind))
    taken = _with_delegates(place, taken_by(found), scope)
    yield from _wrong_names(place, name, taken, text)
    yield from _wrong_values(place, name, taken)
    for inner in nested_in(place, name, taken):
        yield from _wrong(inner, scope, text)


def _wrong_names(
    place: Place, name: str, taken: Taken, text: str | None
) -> Iterator[Wrong]:
    taken_out = ('type', '_scope_', *place.popped)
    named = [key for key in place.spec if key not in taken_out]
    valid = [
        key
        for key, argument in taken.arguments.items()
        if key not in (place.given or ()) and not argument.is_former
    ]
    unknown = [key for key in named if key not in taken.arguments]
    if unknown and not taken.takes_any:
        fix = way_out(place.registry, unknown, list(taken.arguments), valid, text)
        what = f'{name} has no argument {", ".join(map(repr, unknown))}'
        yield Wrong(place.path, what, fix)
    if place.given is None:
        return
    missing = [
        key for key in valid if taken.arguments[key].required and key not in named
    ]
    if missing:
        yield Wrong(place.path, f'{name} needs {", ".join(map(repr, missing))}')


def _wrong_values(place: Place, name: str, taken: Taken) -> Iterator[Wrong]:
    for key, value in place.spec.items():
        expected = ''
        if key in taken.arguments and key not in place.popped:
            expected = expected_instead(key, taken.arguments[key], value)
        least = place.at_least.get(key)
        is_number = least is None or value is None or isinstance(value, int)
        if not is_number or (least is not None and value is not None and value < least):
            expected = f'a whole number from {least} up'
        if expected:
            what = f'{name} takes {expected} as {key}, got {value!r}'
            yield Wrong(f'{place.path}.{key}', what)


def _with_delegates(place: Place, taken: Taken, scope: str | None) -> Taken:
    """Add what those types take that arguments such as `resize_type` name."""
    for argument, default in taken.delegates.items():
        kind = place.spec.get(argument, default)
        found = look_up(place.registry, kind, scope, anywhere=True)
        if found is None:
            return replace(taken, takes_any=True)
        more = taken_by(found)
        optional = {
            key: replace(value, required=False) for key, value in more.arguments.items()
        }
        taken = replace(
            taken,
            arguments={**optional, **taken.arguments},
            takes_any=taken.takes_any or more.takes_any,
        )
    return taken

# SPDX-License-Identifier: Apache-2.0
"""Which arguments a class or function takes by name, seen through `**kwargs`."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from inspect import Parameter
from typing import Any

from mmengine.hooks import CheckpointHook
from torch.nn import Module

from .deprecated import former_names
from .sinks import Delegates, sinks_of
from .taken import Argument, Taken

__all__ = ['read_by', 'taken_by']

STARRED = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
# Their `**kwargs` take nothing, which their source does not show: torch's Module raises
# on any, and CheckpointHook passes them to Runner.save_checkpoint beside every argument
# that it has (mmengine/hooks/checkpoint_hook.py, _save_checkpoint_with_step).
TAKE_NO_MORE = (Module, CheckpointHook)
# Arguments without effect that stock configs have, by what has the unused `**kwargs`.
IGNORED = {
    'Mask2FormerHead.__init__': ('strides',),
    'Mask2FormerTrackHead.__init__': ('strides',),
    'MaskFormerHead.__init__': ('in_index',),
    'QuasiDenseTrackHead.__init__': ('loss_bbox',),
}


@cache
def taken_by(function: Callable[..., Any]) -> Taken:
    """Return what a class or function takes by name.

    Where it has `**kwargs`, the source says where they go: to the next class of its
    bases, to another function, or to what is read from them by name. Those never used
    take nothing.

    Args:
        function: A class, a function or a partial function.
    """
    if not inspect.isclass(function):
        return _taken(function, None, 0)
    for i, base in enumerate(function.__mro__):
        if '__init__' in vars(base):
            return _taken_by_init(function, i)
        if '__new__' in vars(base):
            return _taken(vars(base)['__new__'].__func__, function, 1)
    return Taken({})


def read_by(function: Callable[..., Any], name: str) -> Taken:
    """Return the keys that a function reads from the dict it takes as `name`."""
    sinks = sinks_of(function, name)
    if sinks is None or sinks.calls:
        return Taken({}, takes_any=True)
    argument = Argument(False, Parameter.empty, function)
    return Taken(dict.fromkeys(sinks.read, argument))


def _taken_by_init(kind: type, index: int) -> Taken:
    """Return what the `__init__` of one class of the MRO takes, without `self`."""
    for base in kind.__mro__[index:]:
        if base in TAKE_NO_MORE:
            named = _named(vars(base)['__init__'], 1)
            return Taken(named)
        if base is object:
            return Taken({})
        if '__init__' in vars(base):
            return _taken(vars(base)['__init__'], kind, 1)
    return Taken({})


def _named(function: Callable[..., Any], skip: int) -> dict[str, Argument]:
    plain = inspect.unwrap(function)
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    return {
        p.name: Argument(p.default is Parameter.empty, p.annotation, plain)
        for p in parameters
        if p.kind not in (*STARRED, Parameter.POSITIONAL_ONLY)
    }


def _taken(function: Callable[..., Any], kind: type | None, skip: int) -> Taken:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):  # a function of C without a signature
        return Taken({}, takes_any=True)
    named = _named(function, skip)
    for old, new in former_names(function).items():
        if new in named:
            named[old] = replace(named[new], required=False, is_former=True)
    starred = [p.name for p in parameters if p.kind is p.VAR_KEYWORD]
    if not starred:
        return Taken(named)
    sinks = sinks_of(inspect.unwrap(function), starred[0])
    if sinks is None:
        return Taken(named, takes_any=True)
    owner = inspect.unwrap(function)
    ignored = IGNORED.get(owner.__qualname__, ())
    more = {
        name: Argument(False, Parameter.empty, owner)
        for name in (*sinks.read, *ignored)
    }
    takes_any, delegates = False, {}
    defaults = inspect.signature(function).parameters
    for call in sinks.calls:
        if isinstance(call, Delegates):
            delegates[call.argument] = defaults[call.argument].default
            continue
        target = _target(call.function, function, kind)
        if target is None:
            takes_any = True
            continue
        passed = list(target.arguments)[: call.positional]
        more |= {
            name: argument
            for name, argument in target.arguments.items()
            if name not in passed and name not in call.keywords
        }
        takes_any |= target.takes_any
        delegates |= target.delegates
    # In the order of the signature: positional arguments of a call go by it.
    return Taken(named | more | named, takes_any, delegates)


def _target(words: tuple[str, ...], function: Any, kind: type | None) -> Taken | None:
    """Return what the called function takes, None if it cannot be found.

    Args:
        words: The call's function, such as ('super()', '__init__') or ('nn', 'Conv2d').
        function: The function that calls.
        kind: The class that is built; its MRO decides what `super()` is.
    """
    if words[0].startswith('super(') and kind is not None:
        if words[1:] != ('__init__',):
            return None
        base = _base_named(words[0], function, kind)
        index = kind.__mro__.index(base) + 1 if base else None
        return None if index is None else _taken_by_init(kind, index)
    if words[0] == 'self' and kind is not None and len(words) == 2:
        method = inspect.getattr_static(kind, words[1], None)
        return _taken(method, kind, 1) if inspect.isfunction(method) else None
    found: Any = inspect.unwrap(function).__globals__.get(words[0])
    for word in words[1:]:
        if inspect.isclass(found) and word == '__init__':
            return None if kind is None else _taken_by_init(found, 0)
        found = getattr(found, word, None)
    return taken_by(found) if callable(found) else None


def _base_named(word: str, function: Any, kind: type) -> type | None:
    """Return the class after which `super(...)` searches the MRO, None if unclear."""
    name = word[len('super(') : -1].split(',')[0]
    for base in kind.__mro__:
        is_meant = base.__name__ == name if name else function in vars(base).values()
        if is_meant:
            return base
    return None

# SPDX-License-Identifier: Apache-2.0
"""Whether an optimizer constructor reads the keys of `paramwise_cfg`."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from mmmetaformer.text import did_you_mean, shortened

from .lookup import look_up, unknown_type

__all__ = ['wrong_paramwise_keys']

DEFAULT = 'DefaultOptimWrapperConstructor'
CUSTOM_KEYS = 'custom_keys'
# Nothing reads it; mmseg's configs of DNLNet have it for `decay_mult`.
WITHOUT_EFFECT = ('wd_mult',)


def wrong_paramwise_keys(
    wrapper: Any, scope: str | None
) -> Iterator[tuple[str, str, str]]:
    """Yield path, fault and way out of each key that the constructor ignores.

    Args:
        wrapper: The config's `optim_wrapper`.
        scope: The config's default scope.
    """
    if not isinstance(wrapper, Mapping):
        return
    kind = wrapper.get('constructor', DEFAULT)
    found = look_up('OPTIM_WRAPPER_CONSTRUCTORS', kind, scope)
    path = 'optim_wrapper.constructor'
    if found is None:
        fix = unknown_type('OPTIM_WRAPPER_CONSTRUCTORS', kind, scope)
        yield path, f'{kind!r} is not registered', fix
        return
    words = _words_of(found)
    path = 'optim_wrapper.paramwise_cfg'
    for where, keys in _dicts(path, wrapper.get('paramwise_cfg')):
        for key in keys:
            if words is not None and key not in (*words, *WITHOUT_EFFECT):
                near = did_you_mean(key, words).strip()
                valid = [w for w in sorted(words) if w.isidentifier()]
                yield (
                    where,
                    f'{getattr(found, "__name__", kind)} does not read {key!r}',
                    near or f'It mentions: {shortened(valid, 12)}.',
                )


def _dicts(path: str, paramwise: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(paramwise, Mapping):
        return
    yield path, paramwise
    custom = paramwise.get(CUSTOM_KEYS)
    for name, rule in custom.items() if isinstance(custom, Mapping) else ():
        if isinstance(rule, Mapping):
            yield f'{path}.{CUSTOM_KEYS}[{name!r}]', rule


@cache
def _words_of(kind: Callable[..., Any]) -> frozenset[str] | None:
    """Return all strings in the source of a class and its bases, None if unknown."""
    words: set[str] = set()
    for base in inspect.getmro(kind)[:-1] if inspect.isclass(kind) else (kind,):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError, SyntaxError):
            return None
        words |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return frozenset(words)

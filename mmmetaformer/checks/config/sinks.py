# SPDX-License-Identifier: Apache-2.0
"""Where the source of a function sends its `**kwargs`."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ['Call', 'Delegates', 'Sinks', 'sinks_of']

READERS = ('get', 'pop')
WRITERS = ('setdefault', 'update')


@dataclass(frozen=True)
class Call:
    """A call that passes the `**kwargs` on.

    Args:
        function: The words between its dots, such as ('super()', '__init__').
        positional: How many positional arguments it passes beside them.
        keywords: The names that it passes beside them.
    """

    function: tuple[str, ...]
    positional: int
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Delegates:
    """`dict(type=argument, **kwargs)`: the type that an argument names takes them."""

    argument: str


@dataclass(frozen=True)
class Sinks:
    """The names that are read from the `**kwargs`, and the calls that get all."""

    read: tuple[str, ...]
    calls: tuple[Call | Delegates, ...]


def sinks_of(function: Callable[..., Any], name: str) -> Sinks | None:
    """Return where `**name` of a function goes, None if the source does not say.

    Args:
        function: Not decorated.
        name: Of its starred keyword parameter, such as 'kwargs'.
    """
    try:
        source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError):  # built in, made by exec, or a lambda
        return None
    read: list[str] = []
    calls: list[Call | Delegates] = []
    parents = {
        child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Name) and node.id == name):
            continue
        parent = parents[node]
        if isinstance(parent, ast.keyword) and parent.arg is None:
            call = _call(parents[parent])
            if call is None:
                return None
            calls.append(call)
            continue
        key = _key_read(parent, parents)
        if key is None:
            return None
        read.extend(key)
    return Sinks(tuple(read), tuple(calls))


def _call(node: ast.AST) -> Call | Delegates | None:
    assert isinstance(node, ast.Call)
    given = {k.arg: k.value for k in node.keywords if k.arg is not None}
    starred = sum(k.arg is None for k in node.keywords)
    words = _words(node.func)
    if words == ('dict',):
        kind = given.get('type')
        is_argument = isinstance(kind, ast.Name) and not node.args
        return Delegates(kind.id) if is_argument else None  # type: ignore[union-attr]
    if not words or starred > 1:
        return None
    plain = [a for a in node.args if not isinstance(a, ast.Starred)]
    is_unbound = words[-1] == '__init__' and not words[0].startswith('super(')
    return Call(words, len(plain) - is_unbound, tuple(given))


def _words(node: ast.AST) -> tuple[str, ...]:
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        before = _words(node.value)
        return (*before, node.attr) if before else ()
    if isinstance(node, ast.Call) and ast.unparse(node.func) == 'super':
        return (ast.unparse(node).replace(' ', ''),)
    return ()


def _key_read(
    parent: ast.AST, parents: dict[ast.AST, ast.AST]
) -> tuple[str, ...] | None:
    """Return the key that an expression reads from the dict, None if not clear."""
    if isinstance(parent, ast.Subscript):
        if isinstance(parent.ctx, ast.Store):
            return ()
        return _constant(parent.slice)
    if isinstance(parent, ast.Compare):  # 'key' in kwargs
        is_none = isinstance(parent.ops[0], (ast.Is, ast.IsNot))
        return () if is_none else _constant(parent.left)
    if isinstance(parent, ast.Attribute):
        call = parents[parent]
        if parent.attr in WRITERS:
            return ()
        if parent.attr in READERS and isinstance(call, ast.Call) and call.args:
            return _constant(call.args[0])
    return None


def _constant(node: ast.AST) -> tuple[str, ...] | None:
    is_name = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return (node.value,) if is_name else None  # type: ignore[attr-defined]

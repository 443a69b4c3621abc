# SPDX-License-Identifier: Apache-2.0
"""Reading a config as data: the text is parsed, and never run."""

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mmmetaformer.errors import ConfigError

__all__ = ['read_literals']

#: Characters of a config. mmengine writes 10 to 100 thousand.
LONGEST = 4 * 2**20
DEEPEST = 60  # levels of lists and dicts; configs have about 10


def read_literals(text: str, name: str, wanted: Collection[str]) -> dict[str, Any]:
    """Return some variables of a config whose values are plain.

    mmengine's `Config.pretty_text`, which its checkpoints contain, is of this form.
    Values are numbers, text, True, False, None, lists, tuples, dicts, and
    `dict(key=value)`. Nothing else is read, and nothing is evaluated.

    Args:
        text: The config.
        name: Where it is from, for the message.
        wanted: The variables. Others may have any value, and are not looked at.

    Raises:
        ConfigError: The text is not of this form.
    """
    if len(text) > LONGEST:
        raise ConfigError(
            f'the config in {name} has {len(text)} characters, expected up to {LONGEST}'
        )
    try:
        module = ast.parse(text)
        return dict(_assigned(module, wanted))
    except _NotPlainError as error:
        raise ConfigError(
            f'the config in {name} is not plain data: line {error} is not an '
            'assignment of a value, and is not run. Pass the config file: --config FILE'
        ) from None
    # Python's parser has limits of its own for text that is nested too deeply.
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConfigError(
            f'the config in {name} cannot be read: {type(error).__name__}. Pass the '
            'config file: --config FILE'
        ) from None


class _NotPlainError(Exception):
    """Part of a config is code."""


def _assigned(module: ast.Module, wanted: Collection[str]) -> Iterator[tuple[str, Any]]:
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if name in wanted:
                    yield name, _value(value, 0)
            case _:
                raise _NotPlainError(statement.lineno)


def _value(node: ast.expr, depth: int) -> Any:
    if depth > DEEPEST:
        raise _NotPlainError(node.lineno)
    match node:
        case ast.Constant(value=value) if not isinstance(value, (bytes, type(...))):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() | ast.Name()):
            return -_number(node, _value(node.operand, depth + 1))
        case ast.Name(id='inf' | 'nan'):  # how mmengine writes these numbers
            return float(node.id)
        case ast.List(elts=items):
            return [_value(item, depth + 1) for item in items]
        case ast.Tuple(elts=items):
            return tuple(_value(item, depth + 1) for item in items)
        case ast.Dict(keys=keys, values=values):
            return _dict(node, zip(keys, values, strict=True), depth)
        case ast.Call(func=ast.Name(id='dict'), args=[], keywords=keywords):
            return _keywords(node, keywords, depth)
    raise _NotPlainError(node.lineno)


def _dict(node: ast.expr, items: Any, depth: int) -> Mapping[Any, Any]:
    pairs = {}
    for key, value in items:
        if not isinstance(key, ast.Constant):
            raise _NotPlainError(node.lineno)
        pairs[key.value] = _value(value, depth + 1)
    return pairs


def _keywords(
    node: ast.expr, keywords: list[ast.keyword], depth: int
) -> dict[str, Any]:
    pairs = {}
    for keyword in keywords:
        if keyword.arg is None:  # **another
            raise _NotPlainError(node.lineno)
        pairs[keyword.arg] = _value(keyword.value, depth + 1)
    return pairs


def _number(node: ast.expr, value: Any) -> Any:
    if type(value) not in (int, float):
        raise _NotPlainError(node.lineno)
    return value

# SPDX-License-Identifier: Apache-2.0
"""Whether the value of an argument can be what its annotation says."""

import types
import typing
from collections.abc import Mapping
from typing import Any, Union

from torch import Tensor

from .taken import Argument

__all__ = ['expected_instead']

NUMBERS = (int, float, Tensor)


def expected_instead(name: str, argument: Argument, value: Any) -> str:
    """Return what is expected if a value is not of its type, '' if it may be.

    Only text and dicts are refused, and only where True, False and numbers are all that
    the annotation allows. The host's annotations are not exact enough for more.

    Args:
        name: The argument's.
        argument: What is known of it.
        value: What the config has.
    """
    if not isinstance(value, (str, Mapping)):
        return ''
    kinds = [kind for kind in _members(_annotation(name, argument)) if kind is not None]
    if not kinds or not all(kind in (bool, *NUMBERS) for kind in kinds):
        return ''
    if bool not in kinds:
        return 'a number'
    return 'True or False' if kinds == [bool] else 'a number, True or False'


def _annotation(name: str, argument: Argument) -> Any:
    annotation = argument.annotation
    if not isinstance(annotation, str):
        return annotation
    try:
        return typing.get_type_hints(argument.owner).get(name)
    except (NameError, TypeError, AttributeError):  # names that exist for linters only
        return Any


def _members(annotation: Any) -> list[Any]:
    """Return the types of a union, None for NoneType."""
    if typing.get_origin(annotation) in (Union, types.UnionType):
        return [kind for part in annotation.__args__ for kind in _members(part)]
    return [None if annotation in (None, type(None)) else annotation]

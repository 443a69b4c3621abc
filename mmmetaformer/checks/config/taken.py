# SPDX-License-Identifier: Apache-2.0
"""The arguments that a class or function takes by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ['Argument', 'Taken']


@dataclass(frozen=True)
class Argument:
    """An argument that a callable takes by name.

    Args:
        required: Whether it has no default.
        annotation: What its type is, `Parameter.empty` if that is not written.
        owner: The function that names it.
        is_former: Whether it is a former name, taken with a warning.
    """

    required: bool
    annotation: Any
    owner: Callable[..., Any]
    is_former: bool = False


@dataclass(frozen=True)
class Taken:
    """All arguments that a callable takes by name.

    Args:
        arguments: Those known by name.
        takes_any: Whether it takes any other name, as far as one can see.
        delegates: Arguments that name a type which takes the remaining ones, such as
            `resize_type`, and their defaults.
    """

    arguments: Mapping[str, Argument]
    takes_any: bool = False
    delegates: Mapping[str, Any] = field(default_factory=dict)

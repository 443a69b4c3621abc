# SPDX-License-Identifier: Apache-2.0
"""User errors and warnings; each message says what to do."""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .launchers import is_first_process
from .text import did_you_mean

__all__ = [
    'ConfigError',
    'DataError',
    'DivergedError',
    'OtherProcessError',
    'check_arguments',
    'check_choice',
    'collected_warnings',
    'warn',
]


_kept: ContextVar[list[str] | None] = ContextVar('_kept', default=None)


class ConfigError(ValueError):
    """What the user asked for cannot be done; the message says why and what to do.

    The tools print its message without a traceback and exit with status 2.
    """


class OtherProcessError(RuntimeError):
    """Another process of the run failed, which has the error itself."""


class DataError(ConfigError):
    """A sample cannot be loaded; the message names its files.

    Args:
        message: What is wrong. torch raises an error of a worker process again with the
            worker's traceback as the message; only what this error said is kept of it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message.rpartition(f'{type(self).__name__}: ')[2].strip())


class DivergedError(ConfigError):
    """Training produced numbers that are not finite, and stops."""


def warn(message: str) -> None:
    """Print a warning that a person should act on, once per run.

    It is a line of the tool's own: those of Python's `warnings` and of the log are
    mixed with many that nobody can act on.

    Args:
        message: What is unusual, and what to do if it is not meant.
    """
    kept = _kept.get()
    if kept is not None:
        kept.append(message)
    elif is_first_process():
        print(f'warning: {message}', file=sys.stderr, flush=True)


@contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """Collect the messages of `warn` in the list that is yielded; print none."""
    messages: list[str] = []
    token = _kept.set(messages)
    try:
        yield messages
    finally:
        _kept.reset(token)


def check_choice(
    what: str, value: object, choices: Iterable[str], hint: str = ''
) -> None:
    """Refuse a name that is not among the choices.

    Args:
        what: What is named, such as 'token mixer'.
        value: The name given.
        choices: The valid names.
        hint: A sentence to add.

    Raises:
        ConfigError: `value` is not a choice; the message lists them and the nearest.
    """
    names = sorted(choices)
    if value in names:
        return
    raise ConfigError(
        f'unknown {what} {value!r}.{did_you_mean(value, names)} '
        f'Valid: {", ".join(names)}.{" " + hint if hint else ""}'
    )


def check_arguments(
    what: str,
    function: Callable[..., Any],
    arguments: Iterable[str],
    given: Iterable[str] = (),
) -> None:
    """Refuse arguments that a function does not have, or that are missing.

    Args:
        what: Whose arguments they are, such as "token mixer 'pooling'".
        function: What will be called with them.
        arguments: Names of the arguments that the user wrote.
        given: Names of arguments that the caller adds and the user may not.

    Raises:
        ConfigError: An argument is unknown or missing; lists the valid ones.
    """
    given = set(given)
    parameters = inspect.signature(function).parameters
    starred = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    valid = [
        name
        for name, parameter in parameters.items()
        if name not in given and parameter.kind not in starred
    ]
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    unknown = [n for n in arguments if n not in valid and not takes_any]
    if unknown:
        raise ConfigError(
            f'{what} has no argument {", ".join(map(repr, unknown))}. '
            f'Valid: {", ".join(valid) or "none"}.'
        )
    required = {n for n in valid if parameters[n].default is inspect.Parameter.empty}
    missing = sorted(required - set(arguments))
    if missing:
        raise ConfigError(f'{what} needs {", ".join(map(repr, missing))}.')

# SPDX-License-Identifier: Apache-2.0
"""A problem of an environment, and what mends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ['Finding', 'install']


@dataclass(frozen=True)
class Finding:
    """A problem.

    Args:
        problem: What is wrong, in a sentence.
        mend: The command that mends it, or what to do.
    """

    problem: str
    mend: str


def install(names: Iterable[str], pins: Mapping[str, str], options: str = '') -> str:
    """Return the command that installs the tested versions of distributions."""
    words = [f'{name}=={pins[name]}' if name in pins else name for name in names]
    return f'pip install {options}{" " if options else ""}{" ".join(words)}'

# SPDX-License-Identifier: Apache-2.0
"""The versions that work, and those that are tested: the files of `requirements/`."""

from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from mmmetaformer.shipped import shipped_folder

from .distributions import normalized
from .stack import alternatives, is_fork

__all__ = ['allowed', 'pins', 'same_version']


def pins(python: str) -> dict[str, str]:
    """Return the tested version of each distribution.

    Args:
        python: The version of Python, such as '3.11'.
    """
    environment = {'python_version': python}
    return {
        normalized(one.name): next(iter(one.specifier)).version
        for name in ('constraints', 'constraints-onedl')
        for one in _lines(name)
        if one.marker is None or one.marker.evaluate(environment)
    }


def allowed() -> dict[str, Requirement]:
    """Return what each distribution's version has to be, also under its other names.

    Forks have versions of their own.
    """
    requirements: dict[str, Requirement] = {}
    for file in ('runtime', 'lite', 'onedl', 'optional'):
        for one in _lines(file):
            name = normalized(one.name)
            for other in alternatives(name):
                if is_fork(other) == is_fork(name):
                    requirements[other] = one
    return requirements


def same_version(one: str, other: str) -> bool:
    """Compare versions; what follows a '+', such as '+cu130', does not count."""
    try:
        return Version(one).public == Version(other).public
    except InvalidVersion:  # a distribution may say anything, or nothing
        return one == other


def _lines(name: str) -> Iterator[Requirement]:
    folder = shipped_folder('requirements')
    path = folder / f'{name}.txt' if folder else Path()
    if path.is_file():
        for line in path.read_text('utf-8').splitlines():
            text = line.partition('#')[0].strip()
            if text and not text.startswith('-'):  # another file
                yield Requirement(text)

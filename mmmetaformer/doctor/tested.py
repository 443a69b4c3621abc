# SPDX-License-Identifier: Apache-2.0
"""The versions that work, and those that are tested: the files of `requirements/`."""

from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from mmmetaformer.shipped import shipped_folder

from .distributions import normalized
from .stack import alternatives

__all__ = ['allowed', 'pins', 'same_version']


def pins(python: str) -> dict[str, str]:
    """Return the tested version of each distribution.

    Args:
        python: The version of Python, such as '3.11'.
    """
    environment = {'python_version': python}
    return {
        normalized(one.name): next(iter(one.specifier)).version
        for one in _lines('constraints')
        if one.marker is None or one.marker.evaluate(environment)
    }


def allowed() -> dict[str, Requirement]:
    """Return what each distribution's version has to be, also under its other names."""
    requirements: dict[str, Requirement] = {}
    for name in ('runtime', 'lite', 'optional'):
        for one in _lines(name):
            for other in alternatives(normalized(one.name)):
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
            if line.partition('#')[0].strip():
                yield Requirement(line.partition('#')[0].strip())

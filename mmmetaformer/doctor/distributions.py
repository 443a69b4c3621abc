# SPDX-License-Identifier: Apache-2.0
"""What is installed, by its metadata: nothing is imported."""

import importlib.metadata
import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ['Installed', 'installed', 'normalized']


@dataclass(frozen=True)
class Installed:
    """An installed distribution.

    Args:
        name: Its name, normalized; '' if its metadata has none.
        version: Its version; '' if its metadata has none.
        requires: Its requirements, as its metadata has them.
        folder: The folder that has its metadata.
    """

    name: str
    version: str
    requires: tuple[str, ...] = ()
    folder: str = ''


def normalized(name: str) -> str:
    """Return a distribution's name as indexes compare them."""
    return re.sub(r'[-_.]+', '-', name).lower()


def installed() -> list[Installed]:
    """Return all distributions in the order in which Python finds them."""
    found = []
    for distribution in importlib.metadata.distributions():
        folder = str(Path(str(getattr(distribution, '_path', ''))))
        try:
            metadata, requires = distribution.metadata, distribution.requires
        except FileNotFoundError:  # by importlib_metadata, for an empty folder
            found.append(Installed('', '', (), folder))
            continue
        name = normalized(metadata['Name'] or '') if metadata else ''
        version = (metadata['Version'] or '') if metadata else ''
        found.append(Installed(name, version, tuple(requires or ()), folder))
    return found

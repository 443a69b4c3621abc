# SPDX-License-Identifier: Apache-2.0
"""Faults in many files, reported together."""

from mmmetaformer.errors import ConfigError

__all__ = ['Notes', 'Problems']


class Problems:
    """Faults that stop a conversion: all are counted, the first is printed."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, where: object, what: str) -> None:
        """Note a fault.

        Args:
            where: The file, or FILE:LINE.
            what: What is wrong there and what was expected.
        """
        self.found.append(f'{where}: {what}')

    def stop(self, way_out: str = '') -> None:
        """Raise a `ConfigError` if there was a fault.

        Args:
            way_out: A sentence on what to do.
        """
        if not self.found:
            return
        lines = [self.found[0]]
        if len(self.found) > 1:
            lines.append(f'and {len(self.found) - 1} more, such as {self.found[-1]}')
        if way_out:
            lines.append(way_out)
        raise ConfigError('\n'.join(lines))


class Notes:
    """What was changed or left out, counted by kind, each with its first example."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, str] = {}
        #: Lines of their own.
        self.extra: list[str] = []

    def add(self, what: str, where: object) -> None:
        """Count one case.

        Args:
            what: The words after the number, such as 'boxes without a side left out'.
            where: The file, or FILE:LINE.
        """
        self._counts[what] = self._counts.get(what, 0) + 1
        self._first.setdefault(what, str(where))

    def lines(self) -> list[str]:
        """Return one line for each kind."""
        return [
            f'{count:,} {what} (first: {self._first[what]})'
            for what, count in self._counts.items()
        ] + self.extra

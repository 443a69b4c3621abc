# SPDX-License-Identifier: Apache-2.0
"""Tables that translate keys in both directions."""

import re
from collections.abc import Iterable

__all__ = ['KeyPatterns']

# What a placeholder matches: `{i}` and `{j}` a number, `{x}` any text.
PLACEHOLDERS = {'i': r'\d+', 'j': r'\d+', 'x': r'.+'}


class KeyPatterns:
    """Translate keys by patterns such as `('stem.{x}', 'downsample_layers.0.{x}')`.

    Args:
        rows: Pairs of their pattern and ours. The first row that matches applies.
    """

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        rows = list(rows)
        self._to_ours = [(_regex(theirs), ours) for theirs, ours in rows]
        self._to_theirs = [(_regex(ours), theirs) for theirs, ours in rows]

    def to_ours(self, key: str) -> str | None:
        """Translate one of their keys; return None if no row matches."""
        return _translate(self._to_ours, key)

    def to_theirs(self, key: str) -> str | None:
        """Translate one of our keys; return None if no row matches."""
        return _translate(self._to_theirs, key)


def _regex(pattern: str) -> re.Pattern[str]:
    parts = re.split(r'\{(\w)\}', pattern)
    # `split` alternates literal text and names of placeholders.
    return re.compile(
        ''.join(
            f'(?P<{part}>{PLACEHOLDERS[part]})' if n % 2 else re.escape(part)
            for n, part in enumerate(parts)
        )
    )


def _translate(table: list[tuple[re.Pattern[str], str]], key: str) -> str | None:
    for regex, target in table:
        match = regex.fullmatch(key)
        if match:
            return target.format(**match.groupdict())
    return None

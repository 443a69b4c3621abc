# SPDX-License-Identifier: Apache-2.0
"""Which of the images that look damaged the run's loader cannot decode."""

from collections.abc import Callable, Sequence

__all__ = ['undecodable']

#: If the loader decodes the first so many, it knows the format better than the header's
#: reader does.
FIRST = 20


def undecodable(
    suspects: Sequence[tuple[str, str]], decode: Callable[[str], object]
) -> list[tuple[str, str]]:
    """Return those of the suspects that `decode` raises on.

    Args:
        suspects: Path of a file, and what seems wrong with it.
        decode: Loads a file as the run will.
    """
    bad: list[tuple[str, str]] = []
    for tried, (path, problem) in enumerate(suspects):
        if tried == FIRST and not bad:
            break
        try:
            decode(path)
        except Exception:  # any: the loader may be the user's
            bad.append((path, problem))
    return bad

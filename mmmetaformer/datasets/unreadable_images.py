# SPDX-License-Identifier: Apache-2.0
"""The list of unreadable images that all processes of a run share."""

import os
from pathlib import Path

__all__ = ['UnreadableImages']


class UnreadableImages:
    """A text file with a line for each unreadable image.

    Workers and processes append to it. A short line that is appended in one write is
    whole, so they need no lock; one name may stand there twice.

    Args:
        file: The file; it and its folder need not exist.
    """

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file)

    def names(self) -> list[str]:
        """Return the images so far, each once, in the order of their first failure."""
        if not self.file.exists():
            return []
        lines = self.file.read_text(encoding='utf-8').splitlines()
        return list(dict.fromkeys(line for line in lines if line))

    def add(self, name: str) -> list[str]:
        """Add an image unless it is there; return all so far."""
        names = self.names()
        if name in names:
            return names
        self.file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(self.file, flags, 0o666)
        try:
            os.write(descriptor, f'{name}\n'.encode())
        finally:
            os.close(descriptor)
        return self.names()

    def clear(self) -> None:
        """Forget the images of an earlier run."""
        self.file.unlink(missing_ok=True)

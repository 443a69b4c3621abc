# SPDX-License-Identifier: Apache-2.0
"""What the label maps of a data set consist of, before anyone judges it."""

from collections.abc import Iterator

import msgspec

__all__ = ['LabelCount', 'MapFacts', 'Trouble']


class LabelCount(msgspec.Struct):
    """How often a label is found.

    Args:
        pixels: Number of its pixels.
        maps: Number of label maps that have it.
        first: The first of these files.
    """

    pixels: int
    maps: int
    first: str


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong with one label map.

    Args:
        kind: A key of `file_faults.KINDS`.
        file: The label map, or its image.
        what: The words that follow the file's name in a message.
    """

    kind: str
    file: str
    what: str


class MapFacts(msgspec.Struct):
    """What was found in the label maps of a data set.

    Args:
        maps: Number of label maps; the header of each was read.
        looked_at: Number of those whose pixels were read.
        labels: By the label as stored, how often it is found.
        sizes: By width and height, such as '683x512', the number of label maps.
        modes: By Pillow's mode, such as 'L', the number of label maps.
        troubles: What is wrong with single files.
    """

    maps: int = 0
    looked_at: int = 0
    labels: dict[int, LabelCount] = {}
    sizes: dict[str, int] = {}
    modes: dict[str, int] = {}
    troubles: list[Trouble] = []

    @property
    def all_looked_at(self) -> bool:
        """Whether the pixels of every label map were read."""
        return self.looked_at == self.maps

    @property
    def pixels(self) -> int:
        """Number of pixels that were read."""
        return sum(count.pixels for count in self.labels.values())

    def of_kind(self, kind: str) -> Iterator[Trouble]:
        """Yield the troubles of one kind."""
        return (trouble for trouble in self.troubles if trouble.kind == kind)

# SPDX-License-Identifier: Apache-2.0
"""What annotations say, whatever their format."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ['AnnotatedImage', 'AnnotatedSet', 'Thing']

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Thing:
    """An annotated object.

    Attributes:
        name: Its class.
        box: Left, top, right, bottom in pixels; the first pixel spans 0 to 1.
        polygons: x1, y1, x2, y2, ... of each; empty if there is only a box.
        rle: A mask in COCO's compressed form in place of polygons.
        ignored: Neither a right answer nor a wrong one: COCO's `iscrowd`.
    """

    name: str
    box: Box
    polygons: Sequence[Sequence[float]] = ()
    rle: dict[str, Any] | None = None
    ignored: bool = False

    @property
    def has_mask(self) -> bool:
        """Whether it has more than a box."""
        return bool(self.polygons) or self.rle is not None


@dataclass(frozen=True)
class AnnotatedImage:
    """An image and its objects.

    Attributes:
        file: The image file.
        name: Its name in the new layout, with its folder if there is one.
        size: Width and height as training loads it, in pixels.
        things: Its objects.
        split: 'train' or 'val' where the format says so, '' where it does not.
    """

    file: Path
    name: str
    size: tuple[int, int]
    things: Sequence[Thing]
    split: str = ''


@dataclass
class AnnotatedSet:
    """What was read from a data set of boxes or polygons.

    Attributes:
        images: All of them.
        classes: The names in the order of their labels.
        notes: What a person should know: what was changed or left out.
    """

    images: list[AnnotatedImage]
    classes: list[str]
    notes: list[str] = field(default_factory=list)

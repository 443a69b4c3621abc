# SPDX-License-Identifier: Apache-2.0
"""The images with the lowest and the highest scores of a validation."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ['Extremes', 'Picture']

#: Images kept at either end.
EACH = 6


@dataclass
class Picture:
    """An image with what was predicted for it.

    Attributes:
        index: Its place in the data set.
        score: How well it was predicted, from 0 to 1.
        content: Path, predictions and truth, as the kind of model needs them.
    """

    index: int
    score: float
    content: Mapping[str, Any]


class Extremes:
    """Keeps the images with the lowest and the highest scores.

    Args:
        each: How many to keep at either end.
    """

    def __init__(self, each: int = EACH) -> None:
        self._each = each
        self._pictures: list[Picture] = []

    def offer(
        self, index: int, score: float, content: Callable[[], Mapping[str, Any]]
    ) -> None:
        """Keep an image if it is among the worst or the best so far.

        Args:
            index: Its place in the data set.
            score: NaN for images that have no score; they are not kept.
            content: Returns what is kept of it; called only then.
        """
        if math.isnan(score):
            return
        kept = self._pictures
        if len(kept) < 2 * self._each:
            kept.append(Picture(index, score, content()))
            kept.sort(key=_order)
            return
        # The worst are the first half of the sorted list, the best the second.
        last_worst, first_best = kept[self._each - 1], kept[self._each]
        if score < last_worst.score:
            del kept[self._each - 1]
        elif score > first_best.score:
            del kept[self._each]
        else:
            return
        kept.append(Picture(index, score, content()))
        kept.sort(key=_order)

    def add(self, pictures: Iterable[Picture]) -> None:
        """Keep the worst and the best of these and those that are here."""
        for one in pictures:
            self.offer(one.index, one.score, lambda one=one: one.content)  # type: ignore[misc]

    @property
    def pictures(self) -> list[Picture]:
        """The images, from the worst to the best."""
        return list(self._pictures)


def _order(picture: Picture) -> tuple[float, int]:
    return picture.score, picture.index

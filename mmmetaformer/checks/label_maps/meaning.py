# SPDX-License-Identifier: Apache-2.0
"""What each label of a data set's maps stands for in a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.config import Config

from mmmetaformer.host import SEGMENTOR_HEADS, as_list, ignored_labels

from .loader import MapLoader
from .map_set import MapSet

__all__ = ['Meaning', 'meaning_of']


@dataclass(frozen=True)
class Meaning:
    """What labels stand for.

    Args:
        becomes: For each of the 256 labels in a file, the number the model sees.
        number: How many classes there are.
        names: Of the classes.
        ignored: The numbers that loss or metric leave out.
    """

    becomes: Sequence[int]
    number: int
    names: Sequence[str]
    ignored: frozenset[int]

    def is_ignored(self, label: int) -> bool:
        """Return whether loss or metric leave out a label."""
        return self.becomes[label] in self.ignored

    def is_class(self, label: int) -> bool:
        """Return whether a label stands for a class."""
        return not self.is_ignored(label) and self.becomes[label] < self.number

    def name(self, label: int) -> str:
        """Return what a label is taken for: a class, 'ignored' or 'no class'."""
        if self.is_ignored(label):
            return 'ignored'
        return self.names[self.becomes[label]] if self.is_class(label) else 'no class'

    def labels_of(self, number: int) -> list[int]:
        """Return the labels that stand for a class."""
        return [
            label
            for label, seen in enumerate(self.becomes)
            if seen == number and self.is_class(label)
        ]


def meaning_of(map_set: MapSet, cfg: Config, split: str) -> Meaning | None:
    """Return what the labels of a data set stand for; None without known classes.

    Args:
        map_set: The data set.
        cfg: The run's config.
        split: The data set's; in 'train' losses ignore labels, else metrics do.
    """
    heads = [head for name in SEGMENTOR_HEADS for head in as_list(cfg.model.get(name))]
    names = map_set.classes
    number = len(names) if names is not None else _fewest_classes(heads)
    if number is None:
        return None
    return Meaning(
        becomes=MapLoader(map_set).what_labels_become(),
        number=number,
        names=names if names is not None else [f'class {i}' for i in range(number)],
        ignored=ignored_labels(cfg, split),
    )


def _fewest_classes(heads: Sequence[Any]) -> int | None:
    numbers = [head['num_classes'] for head in heads if 'num_classes' in head]
    return min(numbers, default=None)

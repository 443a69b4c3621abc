# SPDX-License-Identifier: Apache-2.0
"""Which images validate, drawn by a seed."""

import hashlib
from collections.abc import Iterable, Sequence

from mmmetaformer.errors import ConfigError

__all__ = ['check_apart', 'draw_validation']


def draw_validation(names: Sequence[str], share: float, seed: int) -> set[str]:
    """Return the names that validate; neither their order nor new ones matter much.

    Each name has a place of its own, a hash of name and seed: the same on every
    machine, and a file that is added moves no other but for the one at the edge.

    Args:
        names: At least two.
        share: Part of them that validates, between 0 and 1; at least one, never all.
        seed: Another seed draws others.

    Raises:
        ConfigError: There are fewer than two.
    """
    if len(names) < 2:
        raise ConfigError(
            f'{len(names)} annotated image cannot be split into training and '
            'validation: two or more are needed'
        )
    number = min(max(1, round(len(names) * share)), len(names) - 1)

    def place(name: str) -> str:
        return hashlib.sha256(f'{seed}/{name}'.encode()).hexdigest()

    return set(sorted(names, key=place)[:number])


def check_apart(
    train: Iterable[object], val: Iterable[object], places: tuple[object, object]
) -> None:
    """Refuse images that train and validate: their scores would say nothing.

    Args:
        train: The names of the images that train.
        val: The names of those that validate.
        places: Where the two splits are written.

    Raises:
        ConfigError: An image is in both.
    """
    both = sorted(map(str, set(train) & set(val)))
    if both:
        raise ConfigError(
            f'{both[0]} and {len(both) - 1} more are in {places[0]} as well as in '
            f'{places[1]}. Remove them from one, or draw a new split: --val'
        )

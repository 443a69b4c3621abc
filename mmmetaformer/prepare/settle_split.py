# SPDX-License-Identifier: Apache-2.0
"""Training and validation: the data set's own split, or one that is drawn."""

from collections.abc import Sequence

from .split import draw_validation

__all__ = ['settle_split']

SHARE = 0.2


def settle_split(
    names: Sequence[str], own: Sequence[str], share: float | None, seed: int
) -> tuple[list[str], str]:
    """Return the split of each image, and a line that says where it is from.

    Args:
        names: A name for each image, the same wherever the folder is.
        own: 'train' or 'val' as the data set says, '' where it does not.
        share: `--val`: the part that validates; None keeps the data set's split if it
            has one of both kinds.
        seed: Of the draw.
    """
    if share is None and set(own) == {'train', 'val'}:
        return list(own), "the split is the data set's own (--val draws another)"
    part = SHARE if share is None else share
    chosen = draw_validation(names, part, seed)
    splits = ['val' if name in chosen else 'train' for name in names]
    return splits, f'{part:.0%} validate, drawn by --seed {seed}'

# SPDX-License-Identifier: Apache-2.0
"""Training and validation: the data set's own split, or one that is drawn."""

from collections.abc import Sequence

from .split import draw_validation

__all__ = ['settle_split']

SHARE = 0.2


def settle_split(
    names: Sequence[str], own: Sequence[str], share: float | None, seed: int
) -> tuple[list[str], list[str]]:
    """Return the split of each image, and lines that say where it is from.

    Where the data set has a split, images of neither part, such as those of a folder
    `test`, have the split '' and are to be left out.

    Args:
        names: A name for each image, the same wherever the folder is.
        own: 'train' or 'val' as the data set says, '' where it does not.
        share: `--val`: the part that validates; None keeps the data set's split if it
            has images of both kinds.
        seed: Of the draw.
    """
    if share is None and {'train', 'val'} <= set(own):
        lines = ["the split is the data set's own (--val draws another)"]
        rest = [name for name, split in zip(names, own, strict=True) if not split]
        if rest:
            lines.append(
                f'{len(rest):,} images of neither split were left out '
                f'(first: {rest[0]})'
            )
        return list(own), lines
    part = SHARE if share is None else share
    chosen = draw_validation(names, part, seed)
    splits = ['val' if name in chosen else 'train' for name in names]
    return splits, [f'{part:.0%} validate, drawn by --seed {seed}']

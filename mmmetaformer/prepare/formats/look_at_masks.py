# SPDX-License-Identifier: Apache-2.0
"""What is in masks whose meaning nobody has said."""

from pathlib import Path

import numpy as np

from mmmetaformer.checks.label_maps.listing import list_pictures
from mmmetaformer.text import shortened

from ..map_layout import MaskError
from .colors import read_values

__all__ = ['what_is_in']

LOOKED_AT = 20  # masks
MOST_NAMED = 20  # numbers


def what_is_in(folder: Path) -> str:
    """Return which numbers the masks of a folder have, and the option that names them.

    Args:
        folder: The folder of the masks; only the first ones are read.
    """
    names = list_pictures(str(folder)) if folder.is_dir() else []
    found: set[int] = set()
    for name in names[:LOOKED_AT]:
        try:
            found.update(np.unique(read_values(folder / name)).tolist())
        except MaskError as error:
            return f'{folder / name}: {error}'
    numbers = shortened([str(value) for value in sorted(found)], MOST_NAMED)
    seen = f'The first {len(names[:LOOKED_AT])} of {len(names)} masks have {numbers}. '
    return (
        f'{seen if found else ""}Name the classes of the numbers in the order of their '
        'labels, --classes NAME ..., with --ignore-label N for numbers that are no '
        'class; or name colours with --palette FILE'
    )

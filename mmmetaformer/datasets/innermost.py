# SPDX-License-Identifier: Apache-2.0
"""Looking through the wrappers in a data set's config."""

from collections.abc import Iterator
from typing import Any

__all__ = ['innermost']


def innermost(dataset: Any) -> Iterator[Any]:
    """Give the data sets inside wrappers such as RepeatDataset or ConcatDataset.

    Args:
        dataset: The config of a data set or of a wrapper around one or several.
    """
    if 'dataset' in dataset:
        yield from innermost(dataset['dataset'])
    elif 'datasets' in dataset:
        for inner in dataset['datasets']:
            yield from innermost(inner)
    else:
        yield dataset

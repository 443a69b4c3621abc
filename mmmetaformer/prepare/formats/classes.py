# SPDX-License-Identifier: Apache-2.0
"""The classes of a conversion: found in the annotations, or given."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mmmetaformer.errors import ConfigError
from mmmetaformer.text import did_you_mean, shortened

from ..objects import AnnotatedImage

__all__ = ['keep_classes', 'settle_classes']


def settle_classes(
    found: Iterable[str], given: Sequence[str] | None, subset: bool
) -> list[str]:
    """Return the names in the order of their labels.

    Args:
        found: The names in the annotations.
        given: Those of `--classes`, None for all that were found, sorted.
        subset: Objects of other names are left out, and are no mistake.

    Raises:
        ConfigError: There are none, or a name in the annotations was not given.
    """
    names = sorted(set(found))
    if given is None:
        if not names:
            raise ConfigError('no object is annotated: there is nothing to learn')
        return names
    other = [name for name in names if name not in given]
    if other and not subset:
        raise ConfigError(
            f'the annotations have {shortened(map(repr, other))}, which --classes does '
            f'not name.{did_you_mean(other[0], given)} The annotations have: '
            f'{" ".join(map(_quoted, names))}. --subset leaves the others out'
        )
    if not set(names) & set(given):
        raise ConfigError(
            f'no object is of {shortened(given)}; the annotations have '
            f'{shortened(names)}'
        )
    return list(given)


def keep_classes(
    images: Iterable[AnnotatedImage], names: Sequence[str]
) -> list[AnnotatedImage]:
    """Return the images with the objects of these classes alone."""
    kept = set(names)
    return [
        replace(image, things=[one for one in image.things if one.name in kept])
        for image in images
    ]


def _quoted(name: str) -> str:
    return f"'{name}'" if ' ' in name else name

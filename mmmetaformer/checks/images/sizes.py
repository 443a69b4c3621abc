# SPDX-License-Identifier: Apache-2.0
"""Whether images have the sizes that the annotations say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mmmetaformer.checks.fault import Fault

from .header import Header

__all__ = ['Measured', 'size_faults']

# A few images with an EXIF orientation among thousands are an oddity of a large data
# set; more are the rule.
FEW = 1 / 500
NEAR_ONE = 0.05  # such a factor is rounding or a crop


@dataclass(frozen=True)
class Measured:
    """An image whose header was read.

    Args:
        name: Its name in the annotations.
        said: Width and height that the annotations say.
        header: Its header.
        loaded: Width and height that the run's loader returns.
    """

    name: str
    said: tuple[int, int]
    header: Header
    loaded: tuple[int, int]


def size_faults(
    images: Sequence[Measured], source: str, loader_key: str
) -> Iterator[Fault]:
    """Yield a fault for each reason why sizes differ.

    Args:
        images: Those looked at whose size the annotations say.
        source: The annotation file.
        loader_key: How `--cfg-options` calls the transform that loads images.
    """
    wrong = [image for image in images if image.said != image.loaded]
    if not wrong:
        return
    turned: list[Measured] = []
    others: list[Measured] = []
    for image in wrong:
        by_exif = image.said in (image.header.size, image.header.turned_size)
        (turned if by_exif else others).append(image)
    if turned:
        yield _turned(turned, len(images), source, loader_key)
    if others:
        yield _other(others, len(images), source)


def _turned(
    wrong: Sequence[Measured], looked_at: int, source: str, loader_key: str
) -> Fault:
    first = wrong[0]
    as_stored = first.said == first.header.size
    stays = 'is turned' if as_stored else 'is not turned'
    way = (
        'If the annotations were made on the images as stored: '
        f'--cfg-options {loader_key}.color_type=color_ignore_orientation (in every '
        'split). Otherwise exchange width and height there'
        if as_stored
        else f'Load them turned: --cfg-options {loader_key}.color_type=color (in every '
        'split)'
    )
    return Fault(
        f'{_count(wrong, looked_at, source)}: {first.name} has EXIF orientation '
        f'{first.header.orientation} and {stays} when loaded, to {_x(first.loaded)}, '
        f'but the file says {_x(first.said)}',
        f'{way}.',
        stops=not len(wrong) < looked_at * FEW,
        entries=_entries(wrong),
    )


def _other(wrong: Sequence[Measured], looked_at: int, source: str) -> Fault:
    first = wrong[0]
    if all(image.said == image.loaded[::-1] for image in wrong):
        what = 'width and height are exchanged'
        way = f'Exchange width and height of these images in {source}.'
    elif factor := _factor(wrong):
        what = f'every size there is {factor:g} times that of the image'
        way = (
            'Use the images that were annotated; or divide width, height, bbox and '
            f'segmentation by {factor:g}, and area by {factor**2:g}.'
        )
    else:
        what = 'the sizes differ'
        way = 'Use the images that were annotated, or correct the annotations.'
    return Fault(
        f'{_count(wrong, looked_at, source)}: {what}; {first.name} is '
        f'{_x(first.loaded)} (width x height), the file says {_x(first.said)}',
        way,
        entries=_entries(wrong),
    )


def _factor(wrong: Sequence[Measured]) -> float | None:
    """Return the one factor between all sizes, within a pixel; None if there is none.

    Two sides of one image may have a common factor by chance, of several not.
    """
    first = wrong[0]
    factor = first.said[0] / first.loaded[0]
    if abs(factor - 1) < NEAR_ONE:
        return None
    for image in wrong:
        for said, loaded in zip(image.said, image.loaded, strict=True):
            if abs(said - factor * loaded) > max(1.0, factor):
                return None
    return round(factor, 3)


def _count(wrong: Sequence[Measured], looked_at: int, source: str) -> str:
    return (
        f'{len(wrong)} of {looked_at} images looked at do not have the size that '
        f'{source} says'
    )


def _entries(wrong: Sequence[Measured]) -> tuple[str, ...]:
    return tuple(
        f'image {i.name}: {_x(i.loaded)}, the annotations say {_x(i.said)}'
        for i in wrong
    )


def _x(size: tuple[int, int]) -> str:
    return f'{size[0]}x{size[1]}'

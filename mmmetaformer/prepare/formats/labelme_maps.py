# SPDX-License-Identifier: Apache-2.0
"""LabelMe's shapes, painted into label maps."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mmmetaformer.errors import ConfigError

from ..map_layout import IGNORED_LABEL, MappedImage
from ..problems import Notes
from .classes import settle_classes
from .labelme_files import BACKGROUND, IGNORED, LabelmeFile, read_labelme_files
from .outlines import paint

__all__ = ['read_labelme_maps']


def read_labelme_maps(
    folder: Path,
    classes: Sequence[str] | None,
    subset: bool,
    skip_missing: bool,
    notes: Notes,
) -> tuple[list[MappedImage], list[str]]:
    """Read a folder of LabelMe's as label maps.

    Pixels without a shape are of the class `_background_`, label 0, unless `--classes`
    leaves that out: then they are ignored. Shapes named `__ignore__` are ignored. A
    later shape covers an earlier one, as in LabelMe.

    Args:
        folder: With JSON files and their images.
        classes: The names of `--classes`, None for those that are found.
        subset: Shapes of other classes are ignored.
        skip_missing: Leave out files whose image is missing.
        notes: Gets what was left out.

    Returns:
        The images with their maps, and the classes.

    Raises:
        ConfigError: A file is missing or wrong.
    """
    files = read_labelme_files(folder, skip_missing, notes)
    found = {outline.name for file in files for outline in file.outlines} - {IGNORED}
    if not found:
        raise ConfigError(f'no shape in {folder} encloses an area: nothing to learn')
    if classes is None:
        names = [BACKGROUND, *sorted(found - {BACKGROUND})]
    else:
        names = [name for name in classes if name != IGNORED]
        settle_classes(found, names, subset)
    labels = {name: index for index, name in enumerate(names)}
    return [_mapped(file, labels) for file in files], names


def _mapped(file: LabelmeFile, labels: dict[str, int]) -> MappedImage:
    values = [labels.get(outline.name, IGNORED_LABEL) for outline in file.outlines]
    rest = labels.get(BACKGROUND, IGNORED_LABEL)
    stem = file.name.removesuffix(file.image.suffix.lower())
    draw = partial(paint, file.outlines, file.size, values, rest)
    return MappedImage(file.image, file.source, stem, draw)

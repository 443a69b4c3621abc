# SPDX-License-Identifier: Apache-2.0
"""Which suffixes pair the images in a folder with the label maps in another."""

import inspect
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.fileio import list_from_file

from mmmetaformer.checks.images.header import HeaderError, read_header
from mmmetaformer.host import registered_data_set

from .listing import PICTURES, list_pictures

__all__ = ['Pairing', 'find_pairing']

KEYS = ('img_suffix', 'seg_map_suffix')
PREFIXES = ('img_path', 'seg_map_path')
PROBES = 5  # images whose names are compared with those of all label maps
MAX_ENDS = 20  # candidates; Cityscapes has four
JOINTS = '._-'  # where a suffix such as _leftImg8bit.png begins


@dataclass(frozen=True)
class Pairing:
    """Suffixes that pair images with label maps.

    Args:
        suffixes: Of the images and of the label maps.
        image_folder: Where the images are.
        map_folder: Where the label maps are.
    """

    suffixes: tuple[str, str]
    image_folder: str
    map_folder: str


def find_pairing(dataset: Mapping[str, Any], scope: str | None) -> list[Pairing]:
    """Return the suffixes that pair most images of a data set, several if they tie.

    Args:
        dataset: Config of a data set that derives from mmseg's BaseSegDataset.
        scope: The config's default scope.

    Returns:
        Nothing if the data set's own suffixes pair at least one image, if it takes no
        suffixes, or if no suffixes pair an image.
    """
    own = _own_suffixes(dataset, scope)
    prefix = dataset.get('data_prefix') or {}
    root = dataset.get('data_root') or ''
    folders = [os.path.join(root, prefix.get(key) or '') for key in PREFIXES]
    if own is None or not own[1].lower().endswith(PICTURES):
        return []
    if not any(prefix.values()) or not all(map(os.path.isdir, folders)):
        return []
    images, maps = (list_pictures(folder) for folder in folders)
    there = (set(images), set(maps))
    names = _listed(os.path.join(root, dataset.get('ann_file') or ''))
    if _count(_stems(names, images, own[0]), there, own):
        return []
    counts: Counter[tuple[str, str]] = Counter()
    for image_end in _image_ends(names, images):
        stems = _stems(names, images, image_end)
        for map_end in _ends_after(stems, maps):
            if folders[0] != folders[1] or image_end != map_end:
                ends = (image_end, map_end)
                counts[ends] = _count(stems, there, ends)
        if counts and max(counts.values()) == len(stems):
            break  # plain extensions before longer suffixes
    most = max(counts.values(), default=0)
    ties = sorted(ends for ends, count in counts.items() if count == most and most)
    plain = [ends for ends in ties if _are_labels(folders[1], maps, ends[1])]
    return [Pairing(ends, *folders) for ends in plain or ties]


def _are_labels(folder: str, maps: Sequence[str], end: str) -> bool:
    """Return whether the first file is no picture, nor a map of instances."""
    first = next(name for name in maps if name.endswith(end))
    try:
        header = read_header(os.path.join(folder, first))
    except HeaderError:  # the checks of label maps report it
        return False
    return header.channels == 1 and header.bits <= 8


def _own_suffixes(
    dataset: Mapping[str, Any], scope: str | None
) -> tuple[str, str] | None:
    """Return the suffixes that a data set has or would have, None if they are fixed."""
    parameters = inspect.signature(registered_data_set(dataset, scope)).parameters
    if not all(key in parameters for key in KEYS):
        return None
    image, labels = (dataset.get(key, parameters[key].default) for key in KEYS)
    return image, labels


def _listed(file: str) -> list[str] | None:
    """Return the names in a list of images, None without one."""
    if not os.path.isfile(file):
        return None
    return [line.strip() for line in list_from_file(file)]


def _stems(names: list[str] | None, images: Iterable[str], end: str) -> list[str]:
    if names is not None:
        return names
    return [name.removesuffix(end) for name in images if name.endswith(end)]


def _count(
    stems: Iterable[str], there: tuple[set[str], set[str]], ends: tuple[str, str]
) -> int:
    """Return how many images the suffixes pair with a label map."""
    images, maps = there
    return sum(stem + ends[0] in images and stem + ends[1] in maps for stem in stems)


def _image_ends(names: list[str] | None, images: Sequence[str]) -> list[str]:
    if names is not None:
        return _ends_after(names, images)
    ends = [end for end, _ in Counter(map(_extension, images)).most_common()]
    common = _common_end([os.path.basename(name) for name in images])
    begins = [i for i, letter in enumerate(common) if letter in JOINTS]
    return ends + [common[i:] for i in begins if common[i:] not in ends][::-1]


def _ends_after(stems: Sequence[str], files: Sequence[str]) -> list[str]:
    """Return what most often follows a stem in the names of files."""
    # Long stems are less often the start of another image's name, as 1 is of 10.
    probes = sorted(stems, key=len, reverse=True)[:PROBES]
    counts = Counter(
        file[len(stem) :]
        for stem in probes
        for file in files
        if file.startswith(stem) and os.sep not in file[len(stem) :]
    )
    return [end for end, _ in counts.most_common(MAX_ENDS)]


def _common_end(names: Sequence[str]) -> str:
    """Return the longest text that all names end with."""
    length = 0
    for letters in zip(*map(reversed, names), strict=False):
        if len(set(letters)) > 1:
            break
        length += 1
    return names[0][-length:] if length else ''


def _extension(name: str) -> str:
    return os.path.splitext(name)[1]

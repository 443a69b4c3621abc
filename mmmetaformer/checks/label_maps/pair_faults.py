# SPDX-License-Identifier: Apache-2.0
"""Whether each image has a label map, and each label map an image."""

import os
from collections.abc import Iterator, Sequence

from mmmetaformer.checks.fault import Fault
from mmmetaformer.text import shortened

from .listing import count_suffixes, list_pictures
from .map_set import MapSet

__all__ = ['pair_faults']

NAMED = 5  # files in a message


def pair_faults(map_set: MapSet) -> Iterator[Fault]:
    """Yield what is missing from the images and label maps of a data set.

    Args:
        map_set: The data set.
    """
    host = map_set.host
    # A list of names may leave out files on purpose.
    listed = bool(host.ann_file) and os.path.isfile(host.ann_file)
    if not map_set.images:
        yield _no_image(map_set, listed)
        return
    whole = {labels for _, labels in map_set.pairs}
    missing = [
        file for file in map_set.maps if file not in whole and not os.path.isfile(file)
    ]
    if missing:
        yield _missing_maps(map_set, missing, listed)
    if not listed:
        yield from _left_out(map_set, warn_of_maps=not missing)


def _no_image(map_set: MapSet, listed: bool) -> Fault:
    host = map_set.host
    if listed:
        return Fault(f'{host.ann_file} lists no image')
    others = list_pictures(map_set.image_folder)
    if not others:
        return Fault(f'there is no image in {map_set.image_folder}')
    return Fault(
        f'no image in {map_set.image_folder} ends with {host.img_suffix}; there are '
        f'{count_suffixes(others)}, first {others[0]}',
        'An image NAME.jpg and its label map NAME.png have the same NAME and sub-folder'
        f'{_first_map(map_set)}',
    )


def _first_map(map_set: MapSet) -> str:
    found = list_pictures(map_set.map_folder)
    return f'; the first label map is {found[0]}' if found else ''


def _missing_maps(map_set: MapSet, missing: Sequence[str], listed: bool) -> Fault:
    host, folder = map_set.host, map_set.map_folder
    names = shortened((os.path.relpath(file, folder) for file in missing), NAMED)
    found = list_pictures(folder)
    there = (
        f'; there are {count_suffixes(found)}, first {found[0]}'
        if found
        else ', which has no image'
    )
    way_out = (
        f'The label map of NAME{host.img_suffix} is NAME{host.seg_map_suffix}: rename '
        'the files, remove the images, or set img_suffix and seg_map_suffix'
    )
    if listed and missing[0].endswith(host.img_suffix + host.seg_map_suffix):
        way_out = f'Write the names in {host.ann_file} without {host.img_suffix}'
    return Fault(
        f'{len(missing)} of {len(map_set.maps)} images have no label map in {folder}: '
        f'{names}{there if len(missing) == len(map_set.maps) else ""}',
        way_out,
        entries=tuple(f'{file} does not exist' for file in missing),
    )


def _left_out(map_set: MapSet, warn_of_maps: bool) -> Iterator[Fault]:
    host = map_set.host
    image_end, map_end = host.img_suffix, host.seg_map_suffix
    maps = set(list_pictures(map_set.map_folder))
    images = list_pictures(map_set.image_folder)
    used = {name.removesuffix(image_end) for name in images if name.endswith(image_end)}
    stems = {
        name: os.path.splitext(name)[0]
        for name in images
        if not name.endswith(image_end)
    }
    others = [
        name
        for name, stem in stems.items()
        if stem not in used and stem + map_end in maps
    ]
    if others:
        yield Fault(
            f'{len(others)} of {len(used) + len(others)} images in '
            f'{map_set.image_folder} do not end with {image_end} and would be left '
            f'out: {shortened(others, NAMED)}',
            f'Save them as {image_end} files, or move them to another folder',
            entries=tuple(f'{name} does not end with {image_end}' for name in others),
        )
    used |= {stems[name] for name in others}
    alone = [
        name
        for name in sorted(maps)
        if name.endswith(map_end) and name.removesuffix(map_end) not in used
    ]
    # In one folder of both, what ends like a label map may be an image.
    if alone and warn_of_maps and map_set.map_folder != map_set.image_folder:
        yield Fault(
            f'{len(alone)} label maps in {map_set.map_folder} have no image ending '
            f'with {image_end} in {map_set.image_folder}: {shortened(alone, NAMED)}',
            stops=False,
            entries=tuple(f'{name} has no image' for name in alone),
        )

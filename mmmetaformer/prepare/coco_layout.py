# SPDX-License-Identifier: Apache-2.0
"""Write boxes and masks in COCO's layout."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from mmmetaformer.checks.progress import with_bar
from mmmetaformer.datasets.run_lengths import mask_of
from mmmetaformer.errors import ConfigError

from .formats.boxes import polygon_area
from .objects import AnnotatedImage, Thing
from .place import Placer

__all__ = ['write_coco_layout']

DIGITS = 2  # of a pixel


def write_coco_layout(
    folder: Path,
    images: Sequence[AnnotatedImage],
    classes: Sequence[str],
    placer: Placer,
) -> None:
    """Write `{split}2017`, `annotations/instances_{split}2017.json` and `classes.txt`.

    If some objects have masks, the others get their rectangle as one.

    Args:
        folder: An empty folder.
        images: With the split of each set.
        classes: The names in the order of their labels.
        placer: What puts images into the folders.

    Raises:
        ConfigError: Two images would get the same name.
    """
    masks = any(thing.has_mask for image in images for thing in image.things)
    (folder / 'annotations').mkdir()
    for split in ('train', 'val'):
        chosen = [image for image in images if image.split == split]
        pictures = folder / f'{split}2017'
        pictures.mkdir()
        for image in with_bar(chosen, f'images of {split}', len(chosen)):
            target = pictures / image.name
            if target.exists():
                raise ConfigError(
                    f'{image.file}: another image of {split} is called {image.name}, '
                    'too. Rename one of them'
                )
            placer.place(image.file, target)
        truth = json.dumps(_content(chosen, classes, masks))
        path = folder / 'annotations' / f'instances_{split}2017.json'
        path.write_text(truth, encoding='utf-8')
    lines = ''.join(f'{name}\n' for name in classes)
    (folder / 'classes.txt').write_text(lines, encoding='utf-8')


def _content(
    images: Iterable[AnnotatedImage], classes: Sequence[str], masks: bool
) -> dict[str, Any]:
    numbers = {name: index + 1 for index, name in enumerate(classes)}
    entries: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, image in enumerate(images, 1):
        width, height = image.size
        entries.append(
            dict(id=image_id, file_name=image.name, width=width, height=height)
        )
        for thing in image.things:
            annotations.append(
                dict(
                    id=len(annotations) + 1,
                    image_id=image_id,
                    category_id=numbers[thing.name],
                    iscrowd=int(thing.ignored),
                    **_shape(thing, image.size, masks),
                )
            )
    return dict(
        info=dict(description='converted by mmmetaformer'),
        images=entries,
        annotations=annotations,
        categories=[dict(id=number, name=name) for name, number in numbers.items()],
    )


def _shape(thing: Thing, size: tuple[int, int], masks: bool) -> dict[str, Any]:
    left, top, right, bottom = (round(side, DIGITS) for side in thing.box)
    width, height = round(right - left, DIGITS), round(bottom - top, DIGITS)
    shape = dict(bbox=[left, top, width, height], area=round(width * height, DIGITS))
    if not masks:
        return shape
    if thing.rle is not None or thing.ignored:
        rle = thing.rle or _rle(thing, size)
        return dict(shape, segmentation=rle, area=float(mask_of(rle).sum()))
    corners = [left, top, right, top, right, bottom, left, bottom]
    polygons = [[round(value, DIGITS) for value in one] for one in thing.polygons] or [
        corners
    ]
    area = sum(map(polygon_area, polygons))
    return dict(shape, segmentation=polygons, area=round(area, DIGITS))


def _rle(thing: Thing, size: tuple[int, int]) -> dict[str, Any]:
    """Return the mask of an ignored object, which COCO writes as RLE."""
    from pycocotools import mask as coco_mask

    left, top, right, bottom = thing.box
    polygons = thing.polygons or [[left, top, right, top, right, bottom, left, bottom]]
    width, height = size
    rle = coco_mask.merge(
        coco_mask.frPyObjects([list(one) for one in polygons], height, width)
    )
    return dict(size=list(rle['size']), counts=rle['counts'].decode('ascii'))

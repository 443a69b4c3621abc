# SPDX-License-Identifier: Apache-2.0
"""The content of an annotation file, as far as mmdet and pycocotools read it."""

from typing import Any

import msgspec
from msgspec import UNSET

__all__ = ['SECTION_TYPES', 'Annotation', 'Category', 'Content', 'Image']


# Any value is let in: the checks say of each what is wrong with it.
class Image(msgspec.Struct, gc=False):
    """An image; UNSET: the key is missing."""

    id: Any = UNSET
    file_name: Any = UNSET
    height: Any = UNSET
    width: Any = UNSET


class Annotation(msgspec.Struct, gc=False):
    """An object; UNSET: the key is missing.

    The segmentation stays text until it is looked at, because all of them as numbers
    are six times as large. It is a value where only Python's json could read the file.
    """

    id: Any = UNSET
    image_id: Any = UNSET
    category_id: Any = UNSET
    bbox: Any = UNSET
    area: Any = UNSET
    iscrowd: Any = UNSET
    ignore: Any = UNSET
    segmentation: msgspec.Raw | msgspec.UnsetType = UNSET


class Category(msgspec.Struct, gc=False):
    """A category; UNSET: the key is missing."""

    id: Any = UNSET
    name: Any = UNSET


class Content(msgspec.Struct, gc=False):
    """What a file has; UNSET: the key is missing."""

    images: list[Image] | msgspec.UnsetType = UNSET
    annotations: list[Annotation] | msgspec.UnsetType = UNSET
    categories: list[Category] | msgspec.UnsetType = UNSET


SECTION_TYPES = dict(images=Image, annotations=Annotation, categories=Category)

# SPDX-License-Identifier: Apache-2.0
"""What the pass over an annotation file finds out."""

import msgspec

from mmmetaformer.checks.fault import Fault

__all__ = ['CocoFacts', 'ImageEntry', 'Left', 'Question', 'Selection']

#: Name, width and height of an image; a size that is no positive number is unknown.
ImageEntry = tuple[str, int | None, int | None]


class Selection(msgspec.Struct, frozen=True):
    """What a data set takes from a file.

    Args:
        classes: Names of the categories; None for all.
        filter_empty: Whether images without objects of the classes are left out.
        min_size: Images with a side below it, in pixels, are left out.
    """

    classes: tuple[str, ...] | None = None
    filter_empty: bool = False
    min_size: float = 0


class Question(msgspec.Struct, frozen=True):
    """What is asked about a file.

    Args:
        masks: Whether masks are read, so that they have to be sound.
        selections: What the data sets of the run take from the file.
        all_entries: Whether all entries of a fault are listed.
    """

    masks: bool = False
    selections: tuple[Selection, ...] = ()
    all_entries: bool = False


class Left(msgspec.Struct):
    """What is left of a file for a data set, and what left out the rest.

    Args:
        images: Images left.
        too_small: Images below `min_size`.
        without_objects: Other images that `filter_empty` leaves out.
        objects: Objects in the images left that are trained on or scored.
        crowds: Objects in them that are crowds, which are not.
        dropped: Other objects, by the reason why mmdet leaves them out.
        per_class: Objects of each class.
    """

    images: int
    too_small: int
    without_objects: int
    objects: int
    crowds: int
    dropped: dict[str, int]
    per_class: list[int]


class CocoFacts(msgspec.Struct):
    """What a file holds, and what is wrong with it.

    Args:
        images: Number of images.
        annotations: Number of annotations, None if there is no such key.
        crowds: How many of them are crowds.
        categories: Names in the order of the file, those of its faulty entries too.
        category_ids: Their ids.
        counts: Annotations of each category.
        image_sizes: Width and height of the smallest, the median and the largest image.
        sides: Smallest, median and largest square root of a box's area, in pixels.
        side_counts: Boxes by that square root: from 1 to sqrt(2) pixels, to 2, and on.
        sizes: Number of small, medium and large boxes, as COCO counts them.
        without_area: Annotations without `area`.
        without_iscrowd: Annotations without `iscrowd`.
        id_zero: Whether an annotation has the id 0.
        image_ids: A digest of the ids of the images.
        image_entries: The images, without those that have no name.
        left: What is left for each of the question's selections.
        faults: Everything wrong, without the name of the file.
        unreadable: Why the file is no JSON; then there is nothing else.
    """

    images: int = 0
    annotations: int | None = None
    crowds: int = 0
    categories: list[str] = []
    category_ids: list[str] = []
    counts: list[int] = []
    image_sizes: list[tuple[int, int]] = []
    sides: tuple[float, float, float] = (0.0, 0.0, 0.0)
    side_counts: list[int] = []
    sizes: tuple[int, int, int] = (0, 0, 0)
    without_area: int = 0
    without_iscrowd: int = 0
    id_zero: bool = False
    image_ids: str = ''
    image_entries: list[ImageEntry] = []
    left: list[Left] = []
    faults: list[Fault] = []
    unreadable: str = ''

# SPDX-License-Identifier: Apache-2.0
"""One pass over an annotation file."""

import dataclasses
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import UNSET

from mmmetaformer.checks.fault import Fault

from .areas import array_of_areas, check_area_and_crowd
from .boxes import array_of_boxes, check_boxes, check_boxes_in_images
from .entries import Content
from .facts import CocoFacts, Question
from .fit import check_fit
from .ids import check_ids, check_references, rows_of
from .images import check_images, image_entries, sizes_of
from .keys import check_key, without
from .left import count_left
from .masks import check_masks
from .read_content import UnreadableError, read_content
from .segmentation import extent_of
from .size_counts import describe_sizes
from .table import Table

__all__ = ['find_facts']

MAX_ENTRIES = 1000  # of a fault; a file may have a million
SECTIONS = 'mmdet reads "images", "annotations" and "categories"'


def find_facts(path: Path, question: Question) -> CocoFacts:
    """Read a file and find out what it holds and what is wrong with it."""
    try:
        content, faults = read_content(path)
    except UnreadableError as error:
        return CocoFacts(unreadable=str(error))
    facts = CocoFacts()
    facts.faults = [*faults, *_look(content, question, facts)]
    if not question.all_entries:
        facts.faults = [_shortened(fault) for fault in facts.faults]
    return facts


def _shortened(fault: Fault) -> Fault:
    more = len(fault.entries) - MAX_ENTRIES
    if more <= 0:
        return fault
    entries = fault.entries[:MAX_ENTRIES]
    return dataclasses.replace(fault, entries=entries, entries_left_out=more)


def _look(content: Content, question: Question, facts: CocoFacts) -> Iterator[Fault]:
    """Yield the faults of a file and fill in what it holds."""
    images = content.images or []
    annotations = content.annotations or []
    categories = content.categories or []
    for key in ('images', 'categories'):
        if not getattr(content, key):
            word = 'no key' if getattr(content, key) is UNSET else 'nothing in'
            yield Fault(f'has {word} {key!r}', SECTIONS)
    pictures = Table('images', [image.id for image in images])
    kinds = Table('categories', [category.id for category in categories])
    objects = Table('annotations', [one.id for one in annotations])
    names: list[Any] = [category.name for category in categories]
    yield from check_ids(pictures)
    yield from check_images(pictures, images)
    yield from check_ids(kinds)
    yield from check_key(kinds, 'name', names, {str}, 'a name', bool)
    yield from _check_unique(kinds, names)
    # Half of a surrogate pair, which JSON may have, cannot be printed.
    names = [
        name.encode(errors='replace').decode() if isinstance(name, str) else ''
        for name in names
    ]
    facts.images = len(images)
    facts.image_entries = image_entries(images)
    facts.categories = names
    facts.category_ids = [str(value) for value in kinds.ids]
    ids = sorted(str(value) for value in pictures.ids)
    facts.image_ids = hashlib.sha256(
        '\n'.join(ids).encode(errors='surrogatepass')
    ).hexdigest()[:16]
    if content.annotations is not UNSET:
        facts.annotations = len(annotations)
    facts.id_zero = any(value == 0 for value in objects.ids)

    yield from check_ids(objects)
    owners_of = [one.image_id for one in annotations]
    categories_of = [one.category_id for one in annotations]
    yield from check_references(objects, 'image_id', owners_of, pictures)
    yield from check_references(objects, 'category_id', categories_of, kinds)
    boxes_of = [one.bbox for one in annotations]
    yield from check_boxes(objects, boxes_of)
    boxes, areas = array_of_boxes(boxes_of), array_of_areas(annotations)
    yield from check_area_and_crowd(objects, annotations)
    owners = rows_of(owners_of, pictures)
    image_sizes = sizes_of(images)
    sizes = np.concatenate([image_sizes, np.full((1, 2), np.nan)])[owners]

    def extent(index: int) -> tuple[float, float, float, float] | None:
        return extent_of(annotations[index].segmentation)

    wrong = list(check_boxes_in_images(objects, boxes, sizes, areas, extent))
    yield from wrong
    if not any(fault.stops for fault in wrong):
        yield from check_fit(objects, boxes, extent, question.masks)
    if question.masks:
        segmentations = [one.segmentation for one in annotations]
        yield from check_masks(objects, segmentations, sizes)
    rows = rows_of(categories_of, kinds)
    crowds = np.array([one.iscrowd in (1, True) for one in annotations], bool)
    ignored = np.array([_is_true(one.ignore) for one in annotations], bool)
    facts.crowds = int(crowds.sum())
    facts.counts = np.bincount(rows[rows >= 0], minlength=len(names)).tolist()
    facts.without_area = len(without(one.area for one in annotations))
    facts.without_iscrowd = len(without(one.iscrowd for one in annotations))
    describe_sizes(boxes[~crowds], image_sizes, facts)
    facts.left = [
        count_left(
            selection, names, boxes, areas, crowds, ignored, owners, rows, image_sizes
        )
        for selection in question.selections
    ]


def _check_unique(table: Table, names: list[Any]) -> Iterator[Fault]:
    twice = [i for i, name in enumerate(names) if name in names[:i]]
    if twice:
        claim = 'have a duplicate name'
        yield table.fault(twice, claim, repr(names[twice[0]]), 'Give each its own name')


def _is_true(value: Any) -> bool:
    return value is not UNSET and bool(value)

# SPDX-License-Identifier: Apache-2.0
"""The content of an annotation file, as far as mmdet and pycocotools read it."""

import gc
import json
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from mmmetaformer.checks.fault import Fault

from .keys import shown
from .table import Table

__all__ = [
    'Annotation',
    'Category',
    'Content',
    'Image',
    'UnreadableError',
    'read_content',
]

SAVE = 'Save it as UTF-8 without a byte order mark'
COPY = 'Was it cut off? Copy or export it again'
SECTIONS = 'Expected {"images": [...], "annotations": [...], "categories": [...]}'


class UnreadableError(Exception):
    """A file that mmdet cannot read as JSON; the message is the reason."""


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


def read_content(path: Path) -> tuple[Content, list[Fault]]:
    """Read a file; entries that are no objects are faults, and left out.

    Raises:
        UnreadableError: It is no JSON.
    """
    with _without_collector(), path.open('rb') as file:
        if not path.stat().st_size:
            raise UnreadableError(f'it is empty. {COPY}')
        # Not closed here: the segmentations are parts of it.
        text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            return msgspec.json.decode(text, type=Content), []
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _as_mmdet_reads(path)


def _as_mmdet_reads(path: Path) -> tuple[Content, list[Fault]]:
    """Read what msgspec refuses, such as NaN and entries that are no objects."""
    try:
        with path.open(encoding='utf-8') as file:
            values = json.load(file)
    except json.JSONDecodeError as error:
        way_out = SAVE if 'BOM' in error.msg else COPY
        place = f'line {error.lineno}, column {error.colno}'
        reason = error.msg.removesuffix(' (decode using utf-8-sig)')
        raise UnreadableError(f'{reason} ({place}). {way_out}') from None
    except UnicodeDecodeError as error:
        reason = f'byte {error.start} is not UTF-8'
        raise UnreadableError(f'{reason}. {SAVE}') from None
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableError(str(error)) from None
    except RecursionError:
        raise UnreadableError('its lists are nested too deeply') from None
    if not isinstance(values, dict):
        what = f'the outermost value is a {type(values).__name__}'
        return Content([], [], []), [Fault(what, SECTIONS)]
    content, faults = Content(), []
    for key, kind in SECTION_TYPES.items():
        if key not in values:
            continue
        entries = values[key]
        if not isinstance(entries, list):
            what = f'{key!r} is a {type(entries).__name__}, not a list'
            faults.append(Fault(what, SECTIONS))
            entries = []
        bad = [i for i, entry in enumerate(entries) if not isinstance(entry, dict)]
        if bad:
            table = Table(key, [None] * len(entries))
            show = shown(entries[bad[0]])
            faults.append(table.fault(bad, 'are no objects {...}', show))
        fields = kind.__struct_fields__
        found = [
            kind(**{name: entry[name] for name in fields if name in entry})
            for entry in entries
            if isinstance(entry, dict)
        ]
        setattr(content, key, found)
    return content, faults


@contextmanager
def _without_collector() -> Iterator[None]:
    """Switch the garbage collector off, which would visit a million lists again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

# SPDX-License-Identifier: Apache-2.0
"""Reading an annotation file, as far as mmdet and pycocotools read it."""

import gc
import json
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from mmmetaformer.checks.fault import Fault

from .entries import SECTION_TYPES, Content
from .keys import shown
from .table import Table

__all__ = ['UnreadableError', 'read_content']

SAVE = 'Save it as UTF-8 without a byte order mark'
COPY = 'Was it cut off? Copy or export it again'
SECTIONS = 'Expected {"images": [...], "annotations": [...], "categories": [...]}'


class UnreadableError(Exception):
    """A file that mmdet cannot read as JSON; the message is the reason."""


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

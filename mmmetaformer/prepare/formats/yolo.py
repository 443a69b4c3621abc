# SPDX-License-Identifier: Apache-2.0
"""YOLO's labels: a text file for each image, with fractions of its sides."""

import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from mmmetaformer.checks.progress import with_bar
from mmmetaformer.errors import ConfigError
from mmmetaformer.text import did_you_mean, shortened

from ..images import read_or_note
from ..objects import AnnotatedImage, AnnotatedSet, Thing
from ..problems import Notes, Problems
from ..turned import loaded_size
from .boxes import box_around, cut_box, cut_polygons
from .classes import keep_classes
from .yolo_yaml import find_yolo_set

__all__ = ['read_yolo']

SLIP = 0.01  # fractions may leave 0 to 1 by so much: rounding and clumsy clicks
BOX = 5  # values: class, center x, center y, width, height


def read_yolo(
    place: Path, classes: Sequence[str] | None, subset: bool, own_split: bool
) -> AnnotatedSet:
    """Read a YOLO data set, boxes or polygons, with its own split if it has one.

    An image without a label file has no objects, as in Ultralytics' training.

    Args:
        place: Its yaml file, or its folder.
        classes: The names of `--classes`: all of them in the order of their ids, or
            with `subset` some of those in the yaml file.
        subset: Leave out objects of other classes.
        own_split: Keep the data set's split, if it has one.

    Raises:
        ConfigError: A file is missing or wrong; the message has file and line.
    """
    found = find_yolo_set(place, classes, own_split)
    if classes is not None:
        _check_classes(classes, found.classes, subset, place)
    problems, notes = Problems(), Notes()
    images = []
    number = sum(map(len, found.images.values()))
    pairs = [(split, file) for split, files in found.images.items() for file in files]
    if not pairs:
        raise ConfigError(f'{place} has no images')
    common = _common_folder([file for _, file in pairs])
    labelled = 0
    for split, file in with_bar(pairs, 'labels', number):
        header = read_or_note(file, problems)
        if header is None:
            continue
        labels = _label_file(file)
        labelled += labels is not None
        things = list(
            _things(labels, found.classes, loaded_size(header), problems, notes)
            if labels
            else ()
        )
        name = _name(file, common)
        images.append(AnnotatedImage(file, name, loaded_size(header), things, split))
    problems.stop()
    if not labelled:
        raise ConfigError(
            f'no image of {place} has a label file: expected {_expected(pairs[0][1])}'
        )
    if labelled < number:
        without = f'{number - labelled:,} of {number:,} images have no label file'
        notes.extra.append(f'{without} and so no objects')
    names = list(classes) if classes is not None and subset else found.classes
    return AnnotatedSet(keep_classes(images, names), names, notes.lines())


def _check_classes(
    given: Sequence[str], known: Sequence[str], subset: bool, place: Path
) -> None:
    unknown = [name for name in given if name not in known]
    if unknown or (not subset and list(given) != list(known)):
        problem = f'no class {unknown[0]!r}' if unknown else f'{len(known)} classes'
        hint = did_you_mean(unknown[0], known) if unknown else ''
        raise ConfigError(
            f'{place} has {problem}.{hint} Its classes in the order of their ids: '
            f'{shortened(known, 20)}. Leave --classes out, or add --subset to keep '
            'some of them'
        )


def _common_folder(files: Sequence[Path]) -> Path:
    return Path(os.path.commonpath([file.parent for file in files]))


def _name(file: Path, common: Path) -> str:
    """Return the image's name, without the folders that only name its split."""
    below = file.relative_to(common)
    parts = [p for p in below.parts if p not in ('images', 'train', 'val', 'valid')]
    return '/'.join(parts)


def _expected(image: Path) -> Path:
    parts = list(image.parts)
    for index in range(len(parts) - 2, -1, -1):
        if parts[index] == 'images':
            parts[index] = 'labels'
            break
    return Path(*parts).with_suffix('.txt')


def _label_file(image: Path) -> Path | None:
    """Return `labels/x.txt` of `images/x.jpg`, or the file beside the image."""
    for file in (_expected(image), image.with_suffix('.txt')):
        if file.is_file():
            return file
    return None


def _things(
    file: Path,
    classes: Sequence[str],
    size: tuple[int, int],
    problems: Problems,
    notes: Notes,
) -> Iterator[Thing]:
    seen: Counter[str] = Counter()
    try:
        lines = file.read_text(encoding='utf-8-sig').splitlines()
    except UnicodeDecodeError:
        problems.add(file, 'is no text file')
        return
    for number, line in enumerate(lines, 1):
        where = f'{file}:{number}'
        if not line.strip():
            continue
        seen[line.strip()] += 1
        if seen[line.strip()] > 1:
            notes.add('lines are there twice and count once', where)
            continue
        fault = _fault(line.split(), len(classes))
        if fault:
            problems.add(where, fault)
            continue
        label, *values = line.split()
        name = classes[int(float(label))]
        scaled = [float(v) * size[i % 2] for i, v in enumerate(values)]
        if len(values) == BOX - 1:
            x, y, width, height = scaled
            edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            box = cut_box(edges, size, notes, where)
            if box is not None:
                yield Thing(name, box)
        else:
            outline = cut_polygons([scaled], size, notes, where)
            if outline:
                yield Thing(name, box_around(outline), outline)


def _fault(words: Sequence[str], classes: int) -> str:
    """Return what is wrong with the words of a line, '' if nothing is."""
    try:
        label, *values = map(float, words)
    except ValueError:
        return f'{" ".join(words)[:40]!r} are no numbers'
    if not all(map(math.isfinite, (label, *values))):
        return 'a value is not finite'
    if label != int(label) or not 0 <= label < classes:
        return (
            f'the class is {words[0]}, but there are {classes} classes: 0 to '
            f'{classes - 1}'
        )
    if len(words) == BOX + 1:
        return (
            '6 values: expected class, center x, center y, width, height. Is the last '
            'one the confidence of a prediction?'
        )
    if len(words) != BOX and (len(words) < 2 * 3 + 1 or len(words) % 2 == 0):
        return (
            f'{len(words)} values: expected 5 (class and box), or a class and three or '
            'more points'
        )
    wrong = [v for v in values if not -SLIP <= v <= 1 + SLIP]
    if wrong:
        return f'the value {wrong[0]:g} is not from 0 to 1: are these pixels?'
    return ''

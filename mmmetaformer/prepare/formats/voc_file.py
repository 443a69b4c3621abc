# SPDX-License-Identifier: Apache-2.0
"""One XML file of VOC's, and the image that it is of."""

from dataclasses import dataclass
from pathlib import Path, PurePath

from ..images import Images, missing_image, read_or_note
from ..objects import AnnotatedImage, Thing
from ..problems import Notes, Problems
from ..turned import SizeError, are_stored, loaded_size, turn_points
from .boxes import cut_box
from .xml_lines import Element, XmlError, read_xml

__all__ = ['VocOptions', 'read_voc_file']

CORNERS = ('xmin', 'ymin', 'xmax', 'ymax')


@dataclass(frozen=True)
class VocOptions:
    """How to read a folder of VOC's.

    Attributes:
        first: The number of the first pixel: 1 as VOC defines it, or 0.
        difficult: What becomes of difficult objects: 'ignore' (neither right nor
            wrong, as VOC counts them), 'keep' or 'drop'.
        images: The folder of the images, None to look for it.
        annotations: The folder of the XML files, None to look for it.
        skip_missing: Leave out annotations whose image is missing.
        own_split: Use the lists of `ImageSets`, if there are some.
    """

    first: int = 1
    difficult: str = 'ignore'
    images: Path | None = None
    annotations: Path | None = None
    skip_missing: bool = False
    own_split: bool = True


def read_voc_file(
    file: Path,
    name: str,
    images: Images,
    split: str,
    options: VocOptions,
    problems: Problems,
    notes: Notes,
) -> AnnotatedImage | None:
    """Read one XML file.

    Args:
        file: The XML file.
        name: Its name below the folder, without a suffix.
        images: Where its image may be.
        split: 'train', 'val' or ''.
        options: How to read it.
        problems: Gets what stops the conversion.
        notes: Gets what is changed or left out.

    Returns:
        None if it has a problem or its image is missing.
    """
    try:
        root = read_xml(file)
    except XmlError as error:
        problems.add(f'{file}:{error}', 'export it again')
        return None
    if root.tag != 'annotation':
        problems.add(
            f'{file}:{root.line}', f"expected <annotation> as VOC's, got <{root.tag}>"
        )
        return None
    written = root.text_of('filename').replace('\\', '/')
    # The name of the file is right after images were renamed; <filename> often is not.
    # If they agree, <filename> also has the suffix: masks may have the same stem.
    # Other folders may have the same names, and <filename> seldom has a folder.
    agree = PurePath(written).stem == PurePath(name).name
    beside = str(PurePath(name).with_name(PurePath(written).name)) if agree else name
    names = [beside, written] if written else [beside]
    picture = images.find(*names)
    if picture is None and options.skip_missing:
        notes.add('annotations without an image were left out', file)
        return None
    if picture is None:
        problems.add(
            file,
            f'{missing_image(images, written or name)}. Name the folder with '
            '--images, or leave such annotations out with --skip-missing',
        )
        return None
    images.take(picture, file, problems)
    header = read_or_note(picture, problems)
    if header is None:
        return None
    size = loaded_size(header)
    try:
        turns = are_stored(_said_size(root), header, picture, notes)
    except SizeError as error:
        line = getattr(root.find('size'), 'line', root.line)
        problems.add(f'{file}:{line}', str(error))
        return None
    things = []
    for element in root.all('object'):
        corners = _corners(file, element, problems)
        if corners is None:
            continue
        where = f'{file}:{element.line}'
        if options.first == 1 and min(corners) < 1:
            notes.add(
                'boxes begin at 0, though VOC counts pixels from 1; if all count from '
                '0: --boxes-from 0',
                where,
            )
        left, top, right, bottom = corners
        # The last pixel belongs to the box.
        edges = [left, top, right + 1, bottom + 1]
        box = [value - options.first for value in edges]
        if turns:
            box = turn_points(box, header)
        inside = cut_box(box, size, notes, where)
        difficult = element.text_of('difficult').lower() in ('1', 'true')
        if inside is None or (difficult and options.difficult == 'drop'):
            continue
        ignored = difficult and options.difficult == 'ignore'
        if ignored:
            notes.add('difficult objects count as neither right nor wrong', where)
        things.append(Thing(element.text_of('name'), inside, ignored=ignored))
    return AnnotatedImage(picture, name + picture.suffix.lower(), size, things, split)


def _said_size(root: Element) -> tuple[int, int] | None:
    """Return the size that the file says, None without one; some tools write zeros."""
    size = root.find('size')
    if size is None:
        return None
    words = (size.text_of('width'), size.text_of('height'))
    if not all(word.isdecimal() and int(word) for word in words):
        return None
    return int(words[0]), int(words[1])


def _corners(file: Path, element: Element, problems: Problems) -> list[float] | None:
    if not element.text_of('name'):
        problems.add(f'{file}:{element.line}', 'an <object> has no <name>')
        return None
    box = element.find('bndbox')
    if box is None:
        problems.add(f'{file}:{element.line}', 'an <object> has no <bndbox>')
        return None
    corners = []
    for corner in CORNERS:
        child = box.find(corner)
        try:
            corners.append(float(child.text if child else ''))
        except ValueError:
            what = f'{child.text!r}' if child else 'missing'
            line = child.line if child else box.line
            problems.add(
                f'{file}:{line}', f'<{corner}> is {what}; expected a number of pixels'
            )
            return None
    return corners

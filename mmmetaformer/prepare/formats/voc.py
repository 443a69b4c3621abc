# SPDX-License-Identifier: Apache-2.0
"""Pascal VOC's boxes: an XML file for each image."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from mmmetaformer.checks.progress import with_bar
from mmmetaformer.errors import ConfigError

from ..images import Images
from ..objects import AnnotatedImage, AnnotatedSet
from ..problems import Notes, Problems
from .classes import keep_classes, settle_classes
from .voc_file import VocOptions, read_voc_file
from .voc_splits import read_splits

__all__ = ['read_voc']

#: Where images are looked for, below the folder, the first ones first.
IMAGE_FOLDERS = ('JPEGImages', 'images', 'Images', '')
#: Where the XML files are, below the folder, the first that is there.
XML_FOLDERS = ('Annotations', 'annotations', 'xml', 'labels')


def read_voc(
    folder: Path, options: VocOptions, classes: Sequence[str] | None, subset: bool
) -> AnnotatedSet:
    """Read a folder of VOC's, with its own split if it has one.

    Args:
        folder: With `Annotations` and `JPEGImages`, or with images and XML files.
        options: How to read it.
        classes: The names of `--classes`, None for those that are found.
        subset: Leave out objects of other classes.

    Raises:
        ConfigError: A file is missing or wrong; the message has file and line.
    """
    xml_folder = options.annotations or _xml_folder(folder)
    files = sorted(xml_folder.rglob('*.xml'))
    if not files:
        raise ConfigError(
            f'{xml_folder} has no .xml file. Expected VOC annotations, one for each '
            'image; name their folder with --annotations'
        )
    places = [folder / name for name in IMAGE_FOLDERS]
    if options.images is not None:
        places = [options.images]
    images = Images([place for place in places if place.is_dir()])
    splits = read_splits(folder) if options.own_split else {}
    problems, notes = Problems(), Notes()
    if splits:
        _check_lists(splits, files, xml_folder, notes)
    found: list[AnnotatedImage] = []
    for file in with_bar(files, 'annotations', len(files)):
        name = _name(file, xml_folder)
        if splits and name not in splits:
            notes.add('annotated images are in no split and were left out', file)
            continue
        split = splits.get(name, '')
        image = read_voc_file(file, name, images, split, options, problems, notes)
        if image is not None:
            found.append(image)
    problems.stop()
    names = settle_classes(
        (thing.name for image in found for thing in image.things), classes, subset
    )
    return AnnotatedSet(keep_classes(found, names), names, notes.lines())


def _xml_folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise ConfigError(f'{folder} is no folder')
    places = [folder / name for name in XML_FOLDERS]
    return next((p for p in places if p.is_dir() and any(p.rglob('*.xml'))), folder)


def _name(file: Path, xml_folder: Path) -> str:
    return file.relative_to(xml_folder).with_suffix('').as_posix()


def _check_lists(
    names: Iterable[str], files: Iterable[Path], xml_folder: Path, notes: Notes
) -> None:
    """Note the names of the lists that have no XML file; refuse lists of other data."""
    there = {_name(file, xml_folder) for file in files}
    listed = list(names)
    absent = [name for name in listed if name not in there]
    if len(absent) == len(listed):
        raise ConfigError(
            f'no name in the lists of ImageSets has an .xml file in {xml_folder}, such '
            f'as {absent[0]}. Correct the lists, or draw a new split: --val'
        )
    for name in absent:
        notes.add('names of the lists have no XML file and were left out', name)

# SPDX-License-Identifier: Apache-2.0
"""Write sample data with the folders, boxes and label maps of Pascal VOC."""

import os
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from .folder import write_folder
from .map_format import stem_of
from .map_formats import VOC_MAPS
from .scene import Instance, Scene
from .spec import SampleSpec

__all__ = ['VOC_CLASSES', 'VOC_PALETTE', 'write_voc']

NAMES = {'light': 'aeroplane', 'flag': 'boat', 'ball': 'bottle', 'box': 'tvmonitor'}
VOC_CLASSES = tuple(NAMES.values())
#: mmdet's colors of these classes.
VOC_PALETTE = [(106, 0, 228), (0, 0, 192), (197, 226, 255), (183, 130, 88)]

YEARS = (2007, 2012)
#: Lists of files below ImageSets, and the split that each names.
LISTS = {
    'Main/train.txt': 'train',
    'Main/val.txt': 'val',
    'Main/trainval.txt': 'train',
    'Main/test.txt': 'val',
    'Segmentation/train.txt': 'train',
    'Segmentation/val.txt': 'val',
}


def write_voc(
    root: str | os.PathLike[str],
    *,
    num_train: int,
    num_val: int,
    image_size: int,
    seed: int,
) -> None:
    """Write a synthetic VOCdevkit with the years 2007 and 2012.

    Each year has boxes and label maps of all its images. Its lists name the same images
    for `trainval` as for `train`, and for `test` as for `val`.

    Args:
        root: Folder to write.
        num_train: Number of training images of both years together.
        num_val: Number of validation images of each year.
        image_size: Height and width of the images in pixels.
        seed: Another seed draws other images.

    Raises:
        ConfigError: `root` exists and is not sample data, or a number is too small.
    """
    whole = SampleSpec(num_train, num_val, image_size, seed)

    def fill(folder: Path) -> None:
        for number, year in enumerate(YEARS):
            share = (num_train + number) // len(YEARS)
            spec = SampleSpec(share, num_val, image_size, seed + number)
            _write_year(folder / f'VOC{year}', spec)

    write_folder(root, whole.stamp('voc'), fill)


def _write_year(folder: Path, spec: SampleSpec) -> None:
    VOC_MAPS.fill(folder, spec)
    (folder / 'Annotations').mkdir()
    stems: dict[str, list[str]] = {}
    for split in VOC_MAPS.splits:
        stems[split] = [stem_of(split, i) for i in range(spec.count(split))]
        for index, stem in enumerate(stems[split]):
            scene = spec.scene(split, index, with_other=True)
            path = folder / 'Annotations' / f'{stem}.xml'
            path.write_text(_annotation(stem, scene), encoding='utf-8')
    for name, split in LISTS.items():
        path = folder / 'ImageSets' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(''.join(f'{stem}\n' for stem in stems[split]))


def _annotation(stem: str, scene: Scene) -> str:
    height, width = scene.wall.shape
    objects = '\n'.join(_object(instance) for instance in scene.instances)
    return f"""\
<annotation>
  <folder>VOC</folder>
  <filename>{escape(stem)}.jpg</filename>
  <size><width>{width}</width><height>{height}</height><depth>3</depth></size>
  <segmented>1</segmented>
{objects}
</annotation>
"""


def _object(instance: Instance) -> str:
    """Return an object with the box of its mask, whose first pixel is 1."""
    rows, columns = np.nonzero(instance.mask)
    return f"""\
  <object>
    <name>{NAMES[instance.name]}</name>
    <pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>
    <bndbox>
      <xmin>{columns.min() + 1}</xmin><ymin>{rows.min() + 1}</ymin>
      <xmax>{columns.max() + 1}</xmax><ymax>{rows.max() + 1}</ymax>
    </bndbox>
  </object>"""

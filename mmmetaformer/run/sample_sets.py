# SPDX-License-Identifier: Apache-2.0
"""The synthetic data set that stands in for each type of data set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mmmetaformer.datasets.sample_data import (
    ADE20K,
    BINARY,
    CITYSCAPES,
    COCO_CLASSES,
    COCO_PALETTE,
    LOVEDA,
    VOC_CLASSES,
    VOC_MAPS,
    VOC_PALETTE,
    MapFormat,
    write_coco,
    write_voc,
)

__all__ = ['SAMPLES', 'SampleSet']


@dataclass(frozen=True)
class SampleSet:
    """The sample data set that stands in for one type of data set.

    Attributes:
        folder: Its place in the folder of all sample data.
        write: Writes it.
        classes: The classes that it shows, in the order of their labels.
        palette: Their colors.
        num_train: Number of training images.
        num_val: Number of validation images.
        iterations: Length of a run on it, in steps.
        lr: Learning rate of that run.
        below: The part of it that is the `data_root`.
    """

    folder: str
    write: Callable[..., None]
    classes: Sequence[str]
    palette: Sequence[Sequence[int]]
    num_train: int
    num_val: int
    iterations: int
    lr: float
    below: str = ''


def _segmentation(form: MapFormat, folder: str) -> SampleSet:
    classes, palette = tuple(form.classes), list(form.classes.values())
    return SampleSet(folder, form.write, classes, palette, 128, 16, 240, 2e-3)


_VOC = SampleSet('VOCdevkit', write_voc, VOC_CLASSES, VOC_PALETTE, 128, 32, 128, 1e-3)

#: By the type of the data set.
SAMPLES = {
    'CocoDataset': SampleSet(
        'coco', write_coco, COCO_CLASSES, COCO_PALETTE, 128, 32, 128, 1e-3
    ),
    'VOCDataset': _VOC,
    # The same files. A run takes as many steps as on other label maps.
    'PascalVOCDataset': replace(
        _segmentation(VOC_MAPS, _VOC.folder),
        write=write_voc,
        num_val=_VOC.num_val,
        below='VOC2012',
    ),
    'ADE20KDataset': _segmentation(ADE20K, 'ade/ADEChallengeData2016'),
    'CityscapesDataset': _segmentation(CITYSCAPES, 'cityscapes'),
    'LoveDADataset': _segmentation(LOVEDA, 'loveDA'),
    'BaseSegDataset': _segmentation(BINARY, 'binary'),
}

# SPDX-License-Identifier: Apache-2.0
"""Cityscapes: `leftImg8bit` and `gtFine`, as its archives unpack."""

from functools import partial
from pathlib import Path

from mmmetaformer.checks.progress import with_bar
from mmmetaformer.errors import ConfigError

from ..images import read_or_note
from ..map_layout import IGNORED_LABEL, MappedImage
from ..problems import Notes, Problems
from .colors import by_value, value_table

__all__ = ['CITYSCAPES_CLASSES', 'read_cityscapes']

#: The 19 classes that are evaluated, by their `id` in the official label list. Their
#: order is that of `trainId`.
IDS = {
    'road': 7,
    'sidewalk': 8,
    'building': 11,
    'wall': 12,
    'fence': 13,
    'pole': 17,
    'traffic light': 19,
    'traffic sign': 20,
    'vegetation': 21,
    'terrain': 22,
    'sky': 23,
    'person': 24,
    'rider': 25,
    'car': 26,
    'truck': 27,
    'bus': 28,
    'train': 31,
    'motorcycle': 32,
    'bicycle': 33,
}
CITYSCAPES_CLASSES = list(IDS)
LAST_ID = 33
IMAGE_END = '_leftImg8bit.png'
TRAIN_IDS, LABEL_IDS = '_gtFine_labelTrainIds.png', '_gtFine_labelIds.png'


def read_cityscapes(
    folder: Path, skip_missing: bool, notes: Notes
) -> list[MappedImage]:
    """Pair images with label maps of train ids; its own split.

    `labelTrainIds` are used as they are, `labelIds` are converted. The labels of the
    official test images are not public, so those are left out.

    Args:
        folder: With `leftImg8bit` and `gtFine`.
        skip_missing: Leave out images without labels.
        notes: Gets what was left out.

    Raises:
        ConfigError: A folder is missing, or images have no labels.
    """
    for name in ('leftImg8bit', 'gtFine'):
        if not (folder / name).is_dir():
            raise ConfigError(
                f'{folder} has no folder {name}. Unpack leftImg8bit_trainvaltest.zip '
                'and gtFine_trainvaltest.zip there; both need a registration at '
                'cityscapes-dataset.com'
            )
    to_train_id = dict.fromkeys(range(LAST_ID + 1), IGNORED_LABEL)
    to_train_id |= {number: index for index, number in enumerate(IDS.values())}
    from_ids = value_table(to_train_id)
    as_is = value_table({index: index for index in range(len(IDS))})
    problems = Problems()
    found = []
    for split in ('train', 'val'):
        images = sorted((folder / 'leftImg8bit' / split).glob(f'*/*{IMAGE_END}'))
        for image in with_bar(images, f'images of {split}', len(images)):
            stem = image.name.removesuffix(IMAGE_END)
            place = folder / 'gtFine' / split / image.parent.name
            ready, raw = place / f'{stem}{TRAIN_IDS}', place / f'{stem}{LABEL_IDS}'
            file = ready if ready.is_file() else raw
            if not file.is_file():
                if skip_missing:
                    notes.add('images without labels were left out', image)
                else:
                    problems.add(image, f'has neither {ready} nor {raw.name}')
                continue
            if read_or_note(image, problems) is None:
                continue
            table = as_is if file == ready else from_ids
            found.append(
                MappedImage(
                    image,
                    file,
                    stem,
                    partial(by_value, file, table),
                    file if file == ready else None,
                    split,
                )
            )
    problems.stop()
    if not found:
        raise ConfigError(f'{folder}/leftImg8bit has no train/CITY/*{IMAGE_END}')
    return found

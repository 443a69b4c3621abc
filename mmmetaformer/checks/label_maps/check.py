# SPDX-License-Identifier: Apache-2.0
"""All checks of the label maps of a data set."""

from collections.abc import Iterator

from mmengine.config import Config

from mmmetaformer.checks.fault import Fault
from mmmetaformer.host import data_sets_of, type_name

from .file_faults import file_faults
from .listed_files import ListedFiles
from .listing import PICTURES
from .look import look_into
from .map_set import read_map_set
from .meaning import meaning_of
from .pair_faults import pair_faults
from .value_faults import value_faults

__all__ = ['label_map_faults']


def label_map_faults(
    files: ListedFiles, cfg: Config, split: str, everything: bool = False
) -> Iterator[Fault]:
    """Yield what is wrong with the label maps of a data set.

    Args:
        files: Those of the data set. One whose pipeline loads no label maps has no
            faults.
        cfg: The run's config.
        split: The data set's: 'train', 'val' or 'test'.
        everything: Look at the pixels of all maps, not at a sample of many.
    """
    dataset = files.dataset
    try:
        map_set = read_map_set(files)
    except Exception as error:  # any error of the host's data set
        yield Fault(
            f'the {type_name(dataset)} of {split}_dataloader cannot list its files: '
            f'{error}'
        )
        return
    if map_set is None:
        return
    yield from pair_faults(map_set)
    if not map_set.host.seg_map_suffix.lower().endswith(PICTURES):
        return  # arrays or the like, for a loader of the user's own
    reduces = map_set.loader.get('reduce_zero_label')
    if reduces is not None and reduces != map_set.host.reduce_zero_label:
        yield Fault(
            f'reduce_zero_label is {reduces} in the LoadAnnotations of '
            f'{split}_dataloader and {map_set.host.reduce_zero_label} in its '
            f'{type_name(dataset)}',
            '--labels-from 1 sets both to True, --labels-from 0 to False',
        )
        return
    facts = look_into(map_set, everything)
    yield from file_faults(facts)
    meaning = meaning_of(map_set, cfg, split)
    if meaning is not None:
        # In one of several data sets, classes of the others may never occur.
        alone = len(list(data_sets_of(cfg, split))) == 1
        yield from value_faults(map_set, facts, meaning, split == 'train' and alone)

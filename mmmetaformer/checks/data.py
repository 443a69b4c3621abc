# SPDX-License-Identifier: Apache-2.0
"""All checks of the data of a run, by the format of each data set."""

from collections.abc import Iterable, Iterator

from mmengine.config import Config

from mmmetaformer.host import data_sets_of, is_local, kinds_of

from .coco.check import coco_facts, coco_faults
from .coco.uses import uses_of
from .fault import Fault
from .images.data_sets import data_set_image_faults, images_of_coco, images_of_maps
from .label_maps.check import label_map_faults
from .label_maps.listed_files import ListedFiles
from .thoroughness import SAMPLED, Thoroughness
from .voc_files import images_of_voc, voc_faults

__all__ = ['data_faults']


def data_faults(
    cfg: Config, splits: Iterable[str], thorough: Thoroughness = SAMPLED
) -> Iterator[Fault]:
    """Yield what is wrong with the files of a run's data sets.

    Data that another storage backend fetches (`backend_args`) is not looked into.

    Args:
        cfg: The run's config, after `check_files`.
        splits: Which of 'train', 'val' and 'test' the run uses.
        thorough: How much of the data is read.
    """
    splits = list(splits)
    uses = list(uses_of(cfg, splits))
    answers = coco_facts(uses, thorough.everything)
    yield from coco_faults(uses, answers)
    entries = {file: facts.image_entries for file, (_, facts) in answers.items()}
    scope = cfg.get('default_scope')
    for split in splits:
        for dataset in data_sets_of(cfg, split):
            if not is_local(dataset):
                continue
            kinds = kinds_of(dataset, scope)
            expected = None
            if 'BaseSegDataset' in kinds:
                files = ListedFiles(dataset, scope)
                yield from label_map_faults(files, cfg, split, thorough.everything)
                expected = images_of_maps(files)
            elif 'CocoDataset' in kinds:
                expected = images_of_coco(dataset, scope, entries)
            elif 'VOCDataset' in kinds:
                yield from voc_faults(dataset, scope)
                expected = images_of_voc(dataset)
            if expected is not None:
                yield from data_set_image_faults(
                    expected, dataset, cfg, split, thorough
                )

# SPDX-License-Identifier: Apache-2.0
"""What the labels in a user's own label maps are taken for."""

from mmengine.config import Config

from mmmetaformer.checks.label_maps.label_words import describe_labels
from mmmetaformer.checks.label_maps.listed_files import ListedFiles
from mmmetaformer.checks.label_maps.look import look_into
from mmmetaformer.checks.label_maps.map_set import read_map_set
from mmmetaformer.checks.label_maps.meaning import meaning_of
from mmmetaformer.host import data_sets_of, is_local, kinds_of
from mmmetaformer.launchers import is_first_process

__all__ = ['report_labels']

MAX_LABELS = 20


def report_labels(cfg: Config) -> None:
    """Print the labels in the training maps, with the class that each is taken for.

    No check can know whether 0 to 11 are eleven classes from 1 with 0 ignored, or from
    0 with 11 ignored; a person sees it in the names.

    Args:
        cfg: The run's config, after all checks: what they found is remembered.
    """
    scope = cfg.get('default_scope')
    if not is_first_process():
        return
    for dataset in data_sets_of(cfg, 'train'):
        if not (is_local(dataset) and 'BaseSegDataset' in kinds_of(dataset, scope)):
            continue
        map_set = read_map_set(ListedFiles(dataset, scope))
        if map_set is None:
            continue
        meaning = meaning_of(map_set, cfg, 'train')
        if meaning is None:
            continue
        labels = describe_labels(look_into(map_set), meaning, MAX_LABELS)
        print(f'Labels in {map_set.map_folder}: {labels}.', flush=True)

# SPDX-License-Identifier: Apache-2.0
"""All checks of the data of a run, by the format of each data set."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import DATASETS

from mmmetaformer.host import data_sets_of, kinds_of

from .fault import Fault
from .images.data_sets import coco_image_faults, map_image_faults, read_entries

__all__ = ['data_faults']


def data_faults(cfg: Config, splits: Iterable[str]) -> Iterator[Fault]:
    """Yield what is wrong with the files of a run's data sets.

    Data that another storage backend fetches (`backend_args`) is not looked into.

    Args:
        cfg: The run's config, after `check_files`.
        splits: Which of 'train', 'val' and 'test' the run uses.
    """
    scope = cfg.get('default_scope')
    for split in splits:
        for dataset in data_sets_of(cfg, split):
            if dataset.get('backend_args'):
                continue
            kinds = kinds_of(dataset, scope)
            if 'CocoDataset' in kinds:
                root = dataset.get('data_root') or ''
                entries = read_entries(Path(root, dataset.get('ann_file') or ''))
                yield from coco_image_faults(entries, dataset, cfg, split)
            elif 'BaseSegDataset' in kinds:
                with DATASETS.switch_scope_and_registry(scope) as registry:
                    host = registry.build({**dataset, 'pipeline': []})
                paths = [host.get_data_info(i)['img_path'] for i in range(len(host))]
                folder = host.data_prefix.get('img_path') or ''
                source = host.ann_file or folder
                yield from map_image_faults(paths, source, folder, dataset, cfg, split)

# SPDX-License-Identifier: Apache-2.0
"""Which annotation files a run reads, and for what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmmetaformer.host import (
    as_list,
    data_sets_of,
    dicts_in,
    evaluators_of,
    is_local,
    kinds_of,
    known_classes,
    type_name,
)

from .facts import Selection

__all__ = ['Use', 'uses_of']

# Data sets that read their file in another way.
OTHER_FORMATS = {'CocoPanopticDataset', 'LVISV05Dataset', 'V3DetDataset'}
SORTED = {'Objects365V1Dataset'}  # they sort the categories by their ids
METRIC = 'CocoMetric'


@dataclass(frozen=True)
class Use:
    """What a data set or an evaluator of a run does with a file.

    Args:
        file: The file, as the config names it.
        split: 'train', 'val' or 'test'.
        by_metric: Whether an evaluator reads it and not a data set.
        classes: The run's classes, None if the config has none.
        own_classes: Whether they must be those of the file; data sets that know their
            classes by their type may write some names in another way.
        subset: Whether they are meant to be only some of those of the file.
        sorts: Whether the classes are labelled in the order of the categories' ids.
        selection: What is taken from the file.
        masks: Whether masks are read.
        trains: Whether it is trained on.
        scores: Whether a `CocoMetric` scores it.
    """

    file: Path
    split: str
    by_metric: bool
    classes: tuple[str, ...] | None
    own_classes: bool
    subset: bool
    sorts: bool
    selection: Selection
    masks: bool
    trains: bool
    scores: bool


def uses_of(cfg: Config, splits: Iterable[str]) -> Iterator[Use]:
    """Yield what a run does with files in COCO's format, data sets before evaluators.

    Panoptic and LVIS files are others. Files of another storage backend are left out.
    """
    scope = cfg.get('default_scope')
    for split in splits:
        metrics = [one for one in evaluators_of(cfg, split) if type_name(one) == METRIC]
        scores = any(not one.get('format_only') for one in metrics)
        first = None
        for dataset in data_sets_of(cfg, split):
            kinds = set(kinds_of(dataset, scope))
            if 'CocoDataset' not in kinds or kinds & OTHER_FORMATS:
                continue
            file = Path(dataset.get('data_root') or '', dataset.get('ann_file') or '')
            use = _use_of(dataset, file, split, scores, scope)
            first = first or use
            if file.is_file() and is_local(dataset):
                yield use
        for metric in metrics:
            file = Path(metric.get('ann_file') or '')
            if first and file.is_file() and is_local(metric):
                yield _use_by(metric, file, first)


def _use_of(
    dataset: Mapping[str, Any], file: Path, split: str, scores: bool, scope: str | None
) -> Use:
    kinds = kinds_of(dataset, scope)
    metainfo = dataset.get('metainfo') or {}
    own = metainfo.get('classes')
    classes = _names(own) if own else known_classes(dataset, scope)
    classes = None if classes is None else tuple(classes)
    trains = split == 'train' and not dataset.get('test_mode')
    filters = (dataset.get('filter_cfg') or {}) if trains else {}
    return Use(
        file=file,
        split=split,
        by_metric=False,
        classes=classes,
        own_classes=bool(own) or kinds[0] == 'CocoDataset',
        subset=bool(metainfo.get('subset')),
        sorts=bool(SORTED & set(kinds)),
        selection=Selection(
            classes,
            bool(filters.get('filter_empty_gt', False)),
            filters.get('min_size', 0),
        ),
        masks=any(one.get('with_mask') for one in dicts_in(dataset.get('pipeline'))),
        trains=trains,
        scores=scores and split != 'train',
    )


def _use_by(metric: Mapping[str, Any], file: Path, first: Use) -> Use:
    """Return the use of an evaluator, which has the classes of the split's data set."""
    return Use(
        file=file,
        split=first.split,
        by_metric=True,
        classes=first.classes,
        own_classes=first.own_classes,
        subset=first.subset,
        sorts=bool(metric.get('sort_categories')),
        selection=Selection(first.classes),
        masks='segm' in as_list(metric.get('metric')),
        trains=False,
        scores=not metric.get('format_only'),
    )


def _names(classes: Any) -> list[str]:
    """Return the names that mmengine reads from `metainfo.classes`."""
    if isinstance(classes, str):
        file = Path(classes)
        if not file.is_file():
            return [classes]
        return file.read_text(encoding='utf-8').splitlines()
    return list(classes)

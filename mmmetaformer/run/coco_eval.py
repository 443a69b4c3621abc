# SPDX-License-Identifier: Apache-2.0
"""Choosing what computes COCO metrics."""

from collections.abc import Iterable

from mmengine.config import Config

from mmmetaformer.host import evaluators_of, type_name

__all__ = ['choose_coco_eval']


def choose_coco_eval(cfg: Config, name: str, splits: Iterable[str]) -> None:
    """Choose what `CocoMetric` of mmdet evaluates with, if a run has one.

    Args:
        cfg: The run's config.
        name: 'fast' for faster-coco-eval where it is installed, or 'pycocotools'.
        splits: The splits of the run whose evaluators count.
    """
    kinds = {type_name(one) for split in splits for one in evaluators_of(cfg, split)}
    if 'CocoMetric' not in kinds:
        return
    # Imported here: segmentors need neither mmdet nor pycocotools.
    from mmmetaformer.compat.fast_coco_eval import use_coco_eval

    use_coco_eval(fast=name == 'fast')

# SPDX-License-Identifier: Apache-2.0
"""The names of the parts of mmdet's and mmseg's models, and of their metrics."""

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = [
    'CLASS_AGNOSTIC_HEADS',
    'CLASS_HEADS',
    'DETECTOR_HEADS',
    'HEADS',
    'HEADS_ON_MAPS',
    'IGNORED_LABEL',
    'LOGITS_LAYER',
    'MAIN_METRICS',
    'PARTS_BESIDE_BACKBONE',
    'PER_CLASS',
    'SEGMENTOR_HEADS',
    'TEST_HEADS_ON_MAPS',
    'main_metric',
    'predicts_masks',
]

SEGMENTOR_HEADS = ('decode_head', 'auxiliary_head')
#: Attributes of a detector, or of its `roi_head`.
DETECTOR_HEADS = (
    'rpn_head',
    'bbox_head',
    'mask_head',
    'panoptic_head',
    'semantic_head',
)
#: Heads that take the maps of the neck, or of the backbone where there is no neck. A
#: `roi_head` does not: its heads take regions of interest.
HEADS_ON_MAPS = (*SEGMENTOR_HEADS, *DETECTOR_HEADS)
#: Those of them that run in testing on the maps alone.
TEST_HEADS_ON_MAPS = ('decode_head', 'rpn_head', 'bbox_head', 'mask_head')
#: Heads whose `num_classes` is that of the data set.
CLASS_HEADS = ('decode_head', 'bbox_head', 'mask_head')
#: Heads whose `num_classes` is not that of the data set: foreground against background,
#: or the stuff classes of a second data set.
CLASS_AGNOSTIC_HEADS = ('rpn_head', 'semantic_head')
HEADS = ('roi_head', *HEADS_ON_MAPS)
PARTS_BESIDE_BACKBONE = ('neck', *HEADS)
#: The label that mmseg's heads and metrics leave out by default.
IGNORED_LABEL = 255
#: The last layer of mmseg's heads.
LOGITS_LAYER = 'conv_seg'
#: What a model is judged by, the first that an evaluator reports; more is better.
MAIN_METRICS = ('mIoU', 'segm_mAP', 'bbox_mAP', 'mAP', 'mDice', 'mFscore')
#: How the names of CocoMetric's results of a single class end.
PER_CLASS = '_precision'


def main_metric(names: Iterable[str]) -> str | None:
    """Return the name of the metric that a model is judged by, None if none is known.

    Args:
        names: What the evaluators report.
    """
    by_last = {name.rpartition('/')[2]: name for name in names}
    return next((by_last[one] for one in MAIN_METRICS if one in by_last), None)


def predicts_masks(model: Mapping[str, Any]) -> bool:
    """Whether the model of a config is a detector that predicts a mask per object."""
    heads = model.get('roi_head') or model
    # RTMDet-Ins predicts boxes and masks in one head.
    in_one = 'loss_mask' in (heads.get('bbox_head') or {})
    return in_one or any((heads.get('mask_head'), model.get('panoptic_head')))

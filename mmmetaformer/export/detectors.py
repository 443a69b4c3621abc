# SPDX-License-Identifier: Apache-2.0
"""Detectors, from an image to the objects in it."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from mmmetaformer.errors import ConfigError

from .boxes import best_per_group, decode, extract_rois, top, usable
from .image_input import ImageInput
from .networks import Export, Outputs, padded_input
from .rewrite import rewrite

__all__ = ['make_detector']

#: Objects that the comparison with the model needs at least.
ENOUGH = 20
#: How often the threshold is halved to get so many.
HALVINGS = 8


def make_detector(model: Any) -> Export:
    """Return what to export of a detector.

    Raises:
        ConfigError: Its method cannot be exported.
    """
    kind = _kind(model)
    if kind is None:
        raise ConfigError(
            f'{type(model).__name__} with these heads cannot be exported as a whole: '
            'RetinaNet, Faster R-CNN and Mask R-CNN can. Its backbone can: --backbone'
        )
    network = kind(model)
    names = ['boxes', 'scores', 'labels']
    with_masks = getattr(model, 'with_mask', False)
    if with_masks:
        names.append('masks')
    threshold = float(_final_cfg(model).score_thr)
    facts = dict(
        kind='detector',
        outputs='boxes (K, 4) as x1, y1, x2, y2 in pixels of the input; scores (K,); '
        'labels (K,); masks (K, h, w): the probability of each cell of the box',
        score_threshold=threshold,
        mask_threshold=model.roi_head.test_cfg.mask_thr_binary if with_masks else None,
    )
    return Export(
        network,
        names,
        lambda image: _reference(model, image, ENOUGH),
        lambda image: _reference(model, image, 0),
        False,
        facts,
        threshold,
    )


def _kind(model: Any) -> Any:
    """Return the network for a model, None if there is none."""
    roi_head: Any = getattr(model, 'roi_head', None)
    first: Any = getattr(model, 'rpn_head', None) or getattr(model, 'bbox_head', None)
    kinds = [type(first).__name__, type(roi_head).__name__]
    if kinds == ['RetinaHead', 'NoneType']:
        final = model.bbox_head
    elif kinds == ['RPNHead', 'StandardRoIHead']:
        final = roi_head.bbox_head
        extractors = [roi_head.bbox_roi_extractor]
        if roi_head.with_mask:
            extractors.append(roi_head.mask_roi_extractor)
        if any(type(one).__name__ != 'SingleRoIExtractor' for one in extractors):
            return None
    else:
        return None
    coders = {type(first.bbox_coder).__name__, type(final.bbox_coder).__name__}
    is_plain = coders == {'DeltaXYWHBBoxCoder'} and all(
        cfg.nms.get('type', 'nms') == 'nms' for cfg in _cfgs(model)
    )
    if not is_plain:
        return None
    return _SingleStage if roi_head is None else _TwoStage


def _cfgs(model: Any) -> list[Any]:
    cfg = model.test_cfg
    return [cfg] if 'nms' in cfg else [cfg.rpn, cfg.rcnn]


def _final_cfg(model: Any) -> Any:
    return _cfgs(model)[-1]


class _Detector(nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        self.input = ImageInput(model.data_preprocessor)
        self.model: Any = rewrite(copy.deepcopy(model))

    def maps(self, image: Tensor) -> Sequence[Tensor]:
        return self.model.extract_feat(self.input(image))


class _SingleStage(_Detector):
    def forward(self, image: Tensor, threshold: Tensor) -> tuple[Tensor, ...]:
        head, cfg = self.model.bbox_head, self.model.test_cfg
        boxes, scores, labels, _ = _dense(head, self.maps(image), image, cfg)
        keep = (scores > threshold) & usable(boxes, cfg.get('min_bbox_size', -1))
        index = keep.nonzero()[:, 0]
        boxes, scores, labels = boxes[index], scores[index], labels[index]
        best = best_per_group(
            boxes, scores, labels, cfg.nms.iou_threshold, cfg.max_per_img
        )
        return boxes[best], scores[best], labels[best]


class _TwoStage(_Detector):
    def forward(self, image: Tensor, threshold: Tensor) -> tuple[Tensor, ...]:
        maps = self.maps(image)
        roi_head = self.model.roi_head
        test_cfg = self.model.test_cfg
        proposals = self.proposals(maps, image)
        features, order = extract_rois(
            roi_head.bbox_roi_extractor, maps, proposals, test_cfg.rpn.max_per_img
        )
        boxes, scores, labels = self.classified(
            features, proposals[order], threshold, image.shape[-2:]
        )
        if not roi_head.with_mask:
            return boxes, scores, labels
        features, order = extract_rois(
            roi_head.mask_roi_extractor, maps, boxes, test_cfg.rcnn.max_per_img
        )
        boxes, scores, labels = boxes[order], scores[order], labels[order]
        masks = roi_head.mask_head(features).sigmoid()
        if not roi_head.mask_head.class_agnostic:
            index = labels[:, None, None, None].expand(-1, 1, *masks.shape[2:])
            masks = masks.gather(1, index)
        # By score again, not by the level of the mask's features.
        best = scores.argsort(descending=True)
        return boxes[best], scores[best], labels[best], masks[best, 0]

    def proposals(self, maps: Sequence[Tensor], image: Tensor) -> Tensor:
        head, cfg = self.model.rpn_head, self.model.test_cfg.rpn
        boxes, scores, _, levels = _dense(head, maps, image, cfg)
        index = usable(boxes, cfg.get('min_bbox_size', -1)).nonzero()[:, 0]
        boxes, scores, levels = boxes[index], scores[index], levels[index]
        best = best_per_group(
            boxes, scores, levels, cfg.nms.iou_threshold, cfg.max_per_img
        )
        return boxes[best]

    def classified(
        self, features: Tensor, proposals: Tensor, threshold: Tensor, size: Any
    ) -> tuple[Tensor, Tensor, Tensor]:
        head, cfg = self.model.roi_head.bbox_head, self.model.test_cfg.rcnn
        logits, deltas = head(features)
        scores = logits.softmax(-1)[:, :-1]
        classes = scores.shape[1]
        deltas = deltas.unflatten(1, (-1, 4))
        boxes = decode(
            head.bbox_coder, proposals[:, None].expand_as(deltas), deltas, size
        )
        box, label = (scores > threshold).nonzero().unbind(1)
        scores = scores[box, label]
        boxes = boxes[box, label if boxes.shape[1] == classes else 0 * label]
        best = best_per_group(
            boxes, scores, label, cfg.nms.iou_threshold, cfg.max_per_img
        )
        return boxes[best], scores[best], label[best]


def _dense(
    head: Any, maps: Sequence[Tensor], image: Tensor, cfg: Any
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return boxes, scores, labels and levels of the best anchors of each level."""
    parts = []
    for level, (logits, deltas) in enumerate(zip(*head(maps), strict=True)):
        size = logits.shape[-2:]
        anchors = head.prior_generator.single_level_grid_priors(
            size, level, logits.dtype, logits.device
        )
        classes = head.cls_out_channels
        # (1, anchors * classes, h, w) -> a row for each anchor
        logits = logits[0].permute(1, 2, 0).reshape(-1, classes)
        deltas = deltas[0].permute(1, 2, 0).reshape(-1, 4)
        sigmoid = head.use_sigmoid_cls
        scores = logits.sigmoid() if sigmoid else logits.softmax(-1)[:, :-1]
        classes = scores.shape[1]
        scores, index = top(scores.flatten(), cfg.get('nms_pre', -1))
        anchor = index // classes
        boxes = decode(
            head.bbox_coder, anchors[anchor], deltas[anchor], image.shape[-2:]
        )
        parts.append((boxes, scores, index % classes, torch.full_like(index, level)))
    boxes, scores, labels, levels = (
        torch.cat(part) for part in zip(*parts, strict=True)
    )
    return boxes, scores, labels, levels


def _reference(model: Any, image: Tensor, enough: int) -> Outputs:
    """Return what the model finds, with a threshold that leaves enough objects."""
    from mmdet.structures import DetDataSample

    final = _final_cfg(model)
    before = threshold = float(final.score_thr)
    maps = model.extract_feat(padded_input(model, image))
    meta = dict(img_shape=tuple(image.shape[-2:]), scale_factor=(1.0, 1.0))
    sample = DetDataSample(metainfo=meta)
    try:
        for _ in range(HALVINGS):
            final.score_thr = threshold
            found = _found(model, maps, sample)
            if len(found.scores) >= enough:
                break
            threshold /= 2
    finally:
        final.score_thr = before
    outputs = dict(boxes=found.bboxes, scores=found.scores, labels=found.labels)
    if getattr(model, 'with_mask', False) and len(found.scores):
        zeros = torch.zeros_like(found.bboxes[:, :1])
        rois = torch.cat([zeros, found.bboxes], 1)
        masks = model.roi_head._mask_forward(maps, rois)['mask_preds'].sigmoid()
        agnostic = model.roi_head.mask_head.class_agnostic
        channel = 0 * found.labels if agnostic else found.labels
        outputs['masks'] = masks[torch.arange(len(masks)), channel]
    return {**outputs, 'score_threshold': torch.tensor(threshold)}


def _found(model: Any, maps: Any, sample: Any) -> Any:
    """Return the objects that the model's heads find in their maps."""
    if hasattr(model, 'bbox_head'):
        return model.bbox_head.predict(maps, [sample], rescale=False)[0]
    proposals = model.rpn_head.predict(maps, [sample], rescale=False)
    roi_head = model.roi_head
    return roi_head.predict_bbox(
        maps, [sample.metainfo], proposals, roi_head.test_cfg, rescale=False
    )[0]

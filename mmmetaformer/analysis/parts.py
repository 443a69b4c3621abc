# SPDX-License-Identifier: Apache-2.0
"""The parts of a detector or segmentor, and how to run each on shapes alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ['HeadRun', 'backbone_parts', 'head_runs']

#: Heads that take the maps as they are.
DENSE_HEADS = ('decode_head', 'rpn_head', 'bbox_head', 'mask_head')
#: RoI heads whose stages are independent but for the RoIs.
ROI_HEADS = ('StandardRoIHead', 'CascadeRoIHead')


@dataclass(frozen=True)
class HeadRun:
    """One head and how it is run.

    Args:
        name: Its place in the model.
        module: The head.
        inputs: From the maps of neck or backbone to the head's input.
        in_testing: Whether it runs when testing, and so counts in the total of MACs.
        note: What there is to say of the input.
    """

    name: str
    module: nn.Module
    inputs: Callable[[Sequence[Tensor]], Any]
    in_testing: bool = True
    note: str = ''


def backbone_parts(backbone: nn.Module, prefix: str = 'backbone') -> dict[str, Any]:
    """Name and module of the backbone's children, those in lists one by one."""
    parts: dict[str, nn.Module] = {}
    for name, child in backbone.named_children():
        if isinstance(child, (nn.ModuleList, nn.ModuleDict)):
            for key, grandchild in child.named_children():
                parts[f'{prefix}.{name}.{key}'] = grandchild
        else:
            parts[f'{prefix}.{name}'] = child
    return parts


def head_runs(model: nn.Module, training: bool) -> Iterator[HeadRun]:
    """The heads of a model, in the order in which they run.

    Args:
        model: A detector or segmentor.
        training: Whether to take the RoIs of training, and heads that are not used in
            testing, too.
    """
    for name in DENSE_HEADS:
        head = getattr(model, name, None)
        if head is not None:
            for place, one in _each(name, head):
                yield HeadRun(place, one, _as_they_are)
    roi_head = getattr(model, 'roi_head', None)
    if roi_head is not None:
        yield from _roi_runs(model, roi_head, training)
    auxiliary = getattr(model, 'auxiliary_head', None)
    if auxiliary is not None:
        for place, one in _each('auxiliary_head', auxiliary):
            yield HeadRun(place, one, _as_they_are, False, 'in training only')


def _as_they_are(maps: Sequence[Tensor]) -> Sequence[Tensor]:
    return maps


def _each(name: str, heads: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    if isinstance(heads, nn.ModuleList):
        yield from ((f'{name}.{i}', head) for i, head in enumerate(heads))
    else:
        yield name, heads


def _roi_runs(model: nn.Module, roi_head: Any, training: bool) -> Iterator[HeadRun]:
    if type(roi_head).__name__ not in ROI_HEADS:
        yield HeadRun('roi_head', roi_head, _as_they_are)
        return
    testing, sampled = _rois_in_testing(model), _rois_in_training(model)
    for kind in ('bbox', 'mask'):
        if not getattr(roi_head, f'with_{kind}'):
            continue
        extractors: Any = getattr(roi_head, f'{kind}_roi_extractor')
        heads = getattr(roi_head, f'{kind}_head')
        for i, (place, head) in enumerate(_each(f'roi_head.{kind}_head', heads)):
            # A cascade has an extractor for each stage.
            is_list = isinstance(extractors, nn.ModuleList)
            extractor: Any = extractors[i] if is_list else extractors
            size = extractor.roi_layers[0].output_size
            number = (sampled if training else testing)[kind]
            rois = _rois(number, extractor.out_channels, size)
            note = f'{testing[kind]} RoIs ({sampled[kind]} in training)'
            yield HeadRun(place, head, rois, note=note)


def _rois(
    number: int, channels: int, size: tuple[int, int]
) -> Callable[[Sequence[Tensor]], Tensor]:
    """What a RoI extractor gives for that many RoIs of each image."""

    def extract(maps: Sequence[Tensor]) -> Tensor:
        rois = maps[0].new_empty(number * len(maps[0]), channels, *size)
        return rois.requires_grad_(torch.is_grad_enabled())

    return extract


def _rois_in_testing(model: Any) -> dict[str, int]:
    """RoIs of an image that the box heads and the mask heads see, at most."""
    cfg = model.test_cfg
    return {'bbox': cfg.rpn.max_per_img, 'mask': cfg.rcnn.max_per_img}


def _rois_in_training(model: Any) -> dict[str, int]:
    """The same for training, where masks are learnt on positive RoIs."""
    rcnn = model.train_cfg.rcnn
    sampler = (rcnn[0] if isinstance(rcnn, (list, tuple)) else rcnn).sampler
    return {'bbox': sampler.num, 'mask': int(sampler.num * sampler.pos_fraction)}

# SPDX-License-Identifier: Apache-2.0
"""The parts of a detector or segmentor, and the input on which each is counted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.config import Config
from torch import Tensor, nn

from mmmetaformer.host import TEST_HEADS_ON_MAPS, as_list

__all__ = ['HeadRun', 'backbone_parts', 'channels_of', 'head_runs', 'maps_of']

#: RoI heads whose stages depend on each other through the RoIs alone.
ROI_HEADS = ('StandardRoIHead', 'CascadeRoIHead')


@dataclass(frozen=True)
class HeadRun:
    """A head and the input on which it runs.

    Args:
        name: Its place in the model.
        module: The head.
        inputs: Makes the head's input from the maps of neck or backbone.
        in_testing: Whether it runs in testing, and so counts in the total of MACs.
        note: A remark on the input.
    """

    name: str
    module: nn.Module
    inputs: Callable[[Sequence[Tensor]], Any]
    in_testing: bool = True
    note: str = ''


def backbone_parts(backbone: nn.Module, prefix: str = 'backbone') -> dict[str, Any]:
    """Return the backbone's children by name, those in lists one by one."""
    parts: dict[str, nn.Module] = {}
    for name, child in backbone.named_children():
        if isinstance(child, (nn.ModuleList, nn.ModuleDict)):
            for key, grandchild in child.named_children():
                parts[f'{prefix}.{name}.{key}'] = grandchild
        else:
            parts[f'{prefix}.{name}'] = child
    return parts


def channels_of(cfg: Config) -> int:
    """Return how many channels the images of a config's model have."""
    return cfg.model.get('backbone', {}).get('in_channels', 3)


def maps_of(model: Any, images: Tensor) -> Sequence[Tensor]:
    """Return the maps that the heads of a model take, of its neck if it has one."""
    maps: Sequence[Tensor] = model.backbone(images)
    has_neck = getattr(model, 'neck', None) is not None
    return model.neck(maps) if has_neck else maps


def head_runs(model: nn.Module, training: bool) -> Iterator[HeadRun]:
    """Yield the heads of a model in the order in which they run.

    Args:
        model: A detector or segmentor.
        training: Whether to take the RoIs of training instead of those of testing.
    """
    for name in TEST_HEADS_ON_MAPS:
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
            shape = extractor.out_channels, *size
            rois = _rois(number, shape, len(extractor.featmap_strides))
            note = f'{testing[kind]} RoIs ({sampled[kind]} in training)'
            yield HeadRun(place, head, rois, note=note)


def _rois(
    number: int, shape: tuple[int, int, int], levels: int
) -> Callable[[Sequence[Tensor]], Tensor]:
    """Return what makes a RoI extractor's output for that many RoIs per image."""

    def extract(maps: Sequence[Tensor]) -> Tensor:
        return _RoIs.apply((number * len(maps[0]), *shape), *maps[:levels])

    return extract


class _RoIs(torch.autograd.Function):
    """Features of RoIs by their shape; the gradient of each map is a tensor."""

    @staticmethod
    def forward(ctx: Any, shape: tuple[int, ...], *maps: Tensor) -> Tensor:
        ctx.sizes = [x.shape for x in maps]
        return maps[0].new_empty(shape)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        return None, *(grad.new_empty(size) for size in ctx.sizes)


def _rois_in_testing(model: Any) -> dict[str, int]:
    """Return the most RoIs per image that box heads and mask heads see."""
    cfg = model.test_cfg
    return {'bbox': cfg.rpn.max_per_img, 'mask': cfg.rcnn.max_per_img}


def _rois_in_training(model: Any) -> dict[str, int]:
    """Return the same for training, where masks are learned on positive RoIs."""
    rcnn = model.train_cfg.rcnn
    sampler = as_list(rcnn)[0].sampler
    return {'bbox': sampler.num, 'mask': int(sampler.num * sampler.pos_fraction)}

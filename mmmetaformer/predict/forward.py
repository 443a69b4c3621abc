# SPDX-License-Identifier: Apache-2.0
"""A model's answer to prepared images, in the form of this package."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from mmengine.registry import DefaultScope
from torch import Tensor, nn

from .masks import Masks
from .tile_boxes import Objects
from .upsample import Scores, View

__all__ = ['Forward', 'segments']

Data = dict[str, Any]
#: By which mmdet multiplies the numbers of panoptic segments.
SEGMENTS = 1000


class Forward:
    """Calls a detector or segmentor.

    Args:
        model: In evaluation mode.
        merge: The host's model around it that merges the boxes of several views; with
            it, inputs are lists of views.
        scope: The default scope of the model's config.
        classes: How many classes there are.
    """

    def __init__(
        self,
        model: nn.Module,
        merge: nn.Module | None,
        scope: str,
        classes: int,
    ) -> None:
        self.model: Any = model
        self._merge: Any = merge
        self._tta = merge is not None
        self._scope = scope
        self._classes = classes
        #: Whether it is a segmentor, which has scores for each pixel.
        self.segments = hasattr(model, 'inference') and hasattr(model, 'out_channels')

    def scores(self, batch: Sequence[Data]) -> list[Scores]:
        """Return what a segmentor says about prepared images."""
        if not self._tta:
            batch = [{key: [value] for key, value in data.items()} for data in batch]
        views: list[list[View]] = [[] for _ in batch]
        sizes: list[tuple[int, int]] = [
            data['data_samples'][0].ori_shape for data in batch
        ]
        with self._ready():
            for number in range(len(batch[0]['inputs'])):
                for members in _same_size([data['inputs'][number] for data in batch]):
                    data = {
                        key: [batch[i][key][number] for i in members]
                        for key in ('inputs', 'data_samples')
                    }
                    for i, view in zip(members, self._views(data), strict=True):
                        views[i].append(view)
        threshold = None
        if self.model.out_channels == 1:
            threshold = float(self.model.decode_head.threshold)
        return [
            Scores(of, (size[0], size[1]), self.model.align_corners, threshold)
            for of, size in zip(views, sizes, strict=True)
        ]

    def objects(self, batch: Sequence[Data], score: float) -> list[Objects]:
        """Return what a detector finds in prepared images.

        Args:
            batch: From the pipeline.
            score: Less sure objects are left out.
        """
        found: list[Any] = [None] * len(batch)
        model = self._merge if self._tta else self.model
        first = [data['inputs'][0] if self._tta else data['inputs'] for data in batch]
        with self._ready():
            for members in _same_size(first):
                data = {
                    key: [batch[i][key] for i in members]
                    for key in ('inputs', 'data_samples')
                }
                if self._tta:
                    data = {
                        key: [list(view) for view in zip(*views, strict=True)]
                        for key, views in data.items()
                    }
                for i, sample in zip(members, model.test_step(data), strict=True):
                    found[i] = self._objects(sample, score)
        return found

    def _views(self, data: Data) -> list[View]:
        data = self.model.data_preprocessor(data, False)
        metas = [sample.metainfo for sample in data['data_samples']]
        logits = self.model.inference(data['inputs'], metas).float()
        return [
            View(
                _unpadded(one, meta),
                meta.get('flip_direction') if meta.get('flip') else None,
            )
            for one, meta in zip(logits, metas, strict=True)
        ]

    def _objects(self, sample: Any, score: float) -> Objects:
        if 'pred_instances' in sample:
            return _instances(sample.pred_instances, score)
        return segments(sample.pred_panoptic_seg.sem_seg[0], self._classes)

    @contextmanager
    def _ready(self) -> Iterator[None]:
        with (
            torch.inference_mode(),
            DefaultScope.overwrite_default_scope(self._scope),
        ):
            yield


def _same_size(inputs: Sequence[Tensor]) -> list[list[int]]:
    """Return the numbers of inputs that can be stacked.

    Padding to a common size would make a result depend on the other images.
    """
    groups = defaultdict(list)
    for number, one in enumerate(inputs):
        groups[tuple(one.shape)].append(number)
    return list(groups.values())


def _unpadded(logits: Tensor, meta: Data) -> Tensor:
    padding = meta.get('img_padding_size') or meta.get('padding_size') or (0, 0, 0, 0)
    left, right, top, bottom = padding
    height, width = logits.shape[-2:]
    return logits[:, top : height - bottom, left : width - right]


def _instances(instances: Any, score: float) -> Objects:
    keep = instances.scores >= score
    order = instances.scores[keep].argsort(descending=True, stable=True)
    instances = instances[keep][order]
    masks = instances.get('masks')
    boxes = instances.bboxes
    boxes = getattr(boxes, 'tensor', boxes)
    count = len(boxes)
    return Objects(
        boxes.float().cpu().numpy(),
        instances.scores.float().cpu().numpy(),
        instances.labels.long().cpu().numpy(),
        None if masks is None else Masks.of_dense(masks),
        np.zeros(count, dtype=bool),
    )


def segments(panoptic: Tensor, classes: int) -> Objects:
    """Return the segments of a panoptic prediction as objects with the score 1.

    Args:
        panoptic: (H, W); segment n of class c has the number c + 1000 n.
        classes: How many there are; what has a larger number is no segment.
    """
    numbers = [int(one) for one in panoptic.unique() if one % SEGMENTS < classes]
    masks = Masks.of_dense(
        torch.stack([panoptic == one for one in numbers])
        if numbers
        else panoptic.new_zeros((0, *panoptic.shape))
    )
    return Objects(
        np.array([mask.box() for mask in masks], dtype=np.float32).reshape(-1, 4),
        np.ones(len(numbers), dtype=np.float32),
        np.array([one % SEGMENTS for one in numbers], dtype=np.int64),
        masks,
        np.zeros(len(numbers), dtype=bool),
    )

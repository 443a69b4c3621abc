# SPDX-License-Identifier: Apache-2.0
"""What is exported: modules from RGB images in 8 bits to named outputs."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mmmetaformer.errors import ConfigError

from .image_input import ImageInput
from .rewrite import rewrite

__all__ = ['Export', 'make_network', 'padded_input']

Outputs = dict[str, Tensor]


@dataclass(frozen=True)
class Export:
    """A network to export, and the model that it must agree with.

    Attributes:
        network: Maps uint8 RGB images (N, 3, H, W) to the outputs.
        outputs: The names of the outputs.
        reference: Computes the same outputs with the model as it was; of a detector,
            also the `score_threshold` that it took.
        predict: Computes what the model predicts, as in testing.
        any_batch: Whether N is dynamic; else it is 1.
        facts: What a user of the file needs to know about this kind of network.
        threshold: Score below which a detector drops objects, the default of its second
            input; None for a network without that input.
    """

    network: nn.Module
    outputs: Sequence[str]
    reference: Callable[[Tensor], Outputs]
    predict: Callable[[Tensor], object]
    any_batch: bool
    facts: dict[str, Any]
    threshold: float | None = None


def make_network(model: nn.Module, backbone: bool = False) -> Export:
    """Return what to export of a model.

    Args:
        model: A segmentor or detector with its weights; it is not changed.
        backbone: Whether to leave out neck and heads.

    Raises:
        ConfigError: The model is of a kind that cannot be exported.
    """
    model.eval()
    if backbone:
        return _backbone(model)
    if hasattr(model, 'decode_head'):
        return _segmentor(model)
    # Only now: they import mmdet.
    from .detectors import make_detector

    return make_detector(model)


class _Backbone(nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        self.input = ImageInput(model.data_preprocessor)
        self.backbone = rewrite(copy.deepcopy(model.backbone))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.backbone(self.input(image)))


def _backbone(model: Any) -> Export:
    def reference(image: Tensor) -> Outputs:
        return dict(zip(names, model.backbone(padded_input(model, image)), strict=True))

    names = [f'map_{i}' for i in model.backbone.out_indices]
    facts = dict(
        kind='backbone',
        outputs='feature maps (N, C, H, W), the finest first',
        strides=list(getattr(model.backbone, 'out_strides', ())),
    )
    return Export(_Backbone(model), names, reference, reference, True, facts)


class _Segmentor(nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        model = copy.deepcopy(model)
        model.auxiliary_head = None
        self.input = ImageInput(model.data_preprocessor)
        self.model: Any = rewrite(model)
        self.align_corners = model.align_corners
        self.threshold = model.decode_head.threshold
        self.label_type = torch.uint8 if model.num_classes <= 256 else torch.int32

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.model._forward(self.input(image))
        resized = nn.functional.interpolate(
            logits, image.shape[-2:], mode='bilinear', align_corners=self.align_corners
        )
        if logits.shape[1] == 1:
            labels = resized.sigmoid()[:, 0] > self.threshold
        else:
            labels = resized.argmax(1)
        return logits, labels.to(self.label_type)


def _segmentor(model: Any) -> Export:
    if getattr(model.data_preprocessor, 'test_cfg', None):
        raise ConfigError(
            'model.data_preprocessor.test_cfg pads images in testing, which an export '
            'does not: set it to None'
        )

    def reference(image: Tensor) -> Outputs:
        logits = model._forward(padded_input(model, image))
        size = image.shape[-2:]
        full = model.decode_head.predict_by_feat(logits, [dict(img_shape=size)])
        samples = model.postprocess_result(full, None)
        labels = torch.stack([sample.pred_sem_seg.data[0] for sample in samples])
        return dict(logits=logits, label_map=labels)

    facts = dict(
        kind='segmentor',
        outputs='logits (N, classes, H / 4, W / 4) as the head returns them; label_map '
        '(N, H, W), the class of each pixel',
    )
    names = ('logits', 'label_map')
    return Export(_Segmentor(model), names, reference, reference, True, facts)


def padded_input(model: Any, image: Tensor) -> Tensor:
    """Return the input that a model's own preprocessor makes of RGB images.

    Args:
        model: A detector or segmentor.
        image: uint8 (N, 3, H, W).
    """
    images = list(image.flip(1))  # BGR, as the host loads them
    return model.data_preprocessor(dict(inputs=images))['inputs']

# SPDX-License-Identifier: Apache-2.0
"""A whole detector or segmentor on synthetic images and labels."""

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper, build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData, PixelData
from torch import Tensor

from mmmetaformer.compat.parameter_lines import without_parameter_lines
from mmmetaformer.engine.precision import without_amp
from mmmetaformer.errors import ConfigError
from mmmetaformer.models.build import build_model

from .setting import Setting
from .workload import Workload

__all__ = ['ConfigWorkload']

#: Objects of an image; those of COCO have 7.3 on average.
OBJECTS = 8


class ConfigWorkload(Workload):
    """The model of a config, with its optimizer, on synthetic images.

    A training step is a runner's: images from uint8, losses, backward pass, update. A
    test step ends with the predictions.

    Args:
        name: What the user typed.
        cfg: The config.
        setting: Where it runs.
    """

    def __init__(self, name: str, cfg: Config, setting: Setting) -> None:
        scope = cfg.get('default_scope')
        if scope not in ('mmdet', 'mmseg'):
            raise ConfigError(
                f'{name} has the scope {scope!r}, expected a config of mmdet or mmseg'
            )
        init_default_scope(scope)
        model = build_model(_at_size(cfg.model, setting.size), scope)
        with without_parameter_lines():
            model.init_weights()  # some parameters are uninitialized memory before
        super().__init__(name, model, torch.empty(0), setting)
        generator = torch.Generator().manual_seed(0)
        make = _detection if scope == 'mmdet' else _segmentation
        samples = [make(cfg, setting.size, i, generator) for i in range(setting.batch)]
        images = torch.randint(
            256, (setting.batch, 3, *setting.size), generator=generator
        ).to(torch.uint8)
        self.batch = dict(inputs=list(images), data_samples=samples)
        # Precision is the setting's, on a CPU too, and not the config's.
        wrapper = build_optim_wrapper(self.module, without_amp(cfg.optim_wrapper))
        self.optimizer = OptimWrapper(
            wrapper.optimizer, clip_grad=wrapper.clip_grad_kwargs
        )

    def forward(self) -> Any:
        """Run the model up to the losses."""
        data = self.module.data_preprocessor(self.batch, True)
        with self.setting.autocast():
            return self.module(**data, mode='loss')

    def train_step(self) -> None:
        """Run a step from uint8 images to the update."""
        try:
            losses = self.forward()
        except ValueError as error:  # torch's words
            if 'Expected more than 1 value per channel' not in str(error):
                raise
            raise ConfigError(
                f'{self.name}: a batch norm has one value a channel, of which no '
                'variance can be taken: set --batch 2 or more'
            ) from error
        loss, _ = self.module.parse_losses(losses)
        self.optimizer.update_params(loss)

    def infer_step(self) -> None:
        """Run a step from uint8 images to the predictions."""
        with torch.no_grad(), self.setting.autocast():
            self.module.test_step(self.batch)

    def resident(self) -> Iterator[Tensor]:
        """Yield parameters, buffers, gradients and the state of the optimizer."""
        yield from super().resident()
        for state in self.optimizer.optimizer.state.values():
            yield from (value for value in state.values() if isinstance(value, Tensor))
        yield from (p.grad for p in self.module.parameters() if p.grad is not None)


def _at_size(model: Any, size: tuple[int, int]) -> Any:
    """Return a model's config that does not pad images to the recipe's crops."""
    model = copy.deepcopy(model)
    preprocessor = model.get('data_preprocessor') or {}
    if preprocessor.get('size') is not None:
        preprocessor['size'] = size
    return model


def _meta(size: tuple[int, int], index: int) -> dict[str, Any]:
    return dict(
        img_id=index,
        img_shape=size,
        ori_shape=size,
        pad_shape=size,
        batch_input_shape=size,
        scale_factor=(1.0, 1.0),
    )


def _detection(
    cfg: Config, size: tuple[int, int], index: int, generator: torch.Generator
) -> Any:
    from mmdet.structures import DetDataSample
    from mmdet.structures.mask import BitmapMasks

    height, width = size
    corners = torch.rand(OBJECTS, 2, generator=generator) * 0.7
    sides = 0.05 + 0.25 * torch.rand(OBJECTS, 2, generator=generator)
    boxes = torch.cat([corners, corners + sides], 1)
    boxes *= torch.tensor([width, height, width, height])
    masks = np.zeros((OBJECTS, height, width), np.uint8)
    for mask, (left, top, right, bottom) in zip(masks, boxes.long(), strict=True):
        mask[top:bottom, left:right] = 1
    sample = DetDataSample(metainfo=_meta(size, index))
    sample.gt_instances = InstanceData(
        bboxes=boxes,
        labels=torch.zeros(OBJECTS, dtype=torch.long),
        masks=BitmapMasks(masks, height, width),
    )
    return sample


def _segmentation(
    cfg: Config, size: tuple[int, int], index: int, generator: torch.Generator
) -> Any:
    from mmseg.structures import SegDataSample

    classes = cfg.model.decode_head.num_classes
    sample = SegDataSample(metainfo=_meta(size, index))
    labels = torch.randint(classes, (1, *size), generator=generator)
    sample.gt_sem_seg = PixelData(data=labels)
    return sample

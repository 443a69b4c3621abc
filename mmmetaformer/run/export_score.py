# SPDX-License-Identifier: Apache-2.0
"""Test an exported file on the data of a config, by the config's own metrics."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import DATASETS
from mmengine.runner import Runner
from mmengine.structures import InstanceData
from torch import Tensor

from mmmetaformer.export.session import Session
from mmmetaformer.host import data_sets_of

__all__ = ['score', 'test_images', 'use_images']


def use_images(cfg: Config, number: int) -> None:
    """Let testing see the first images only.

    Args:
        cfg: The run's config, changed in place.
        number: How many of each data set.
    """
    for dataset in data_sets_of(cfg, 'test'):
        dataset['indices'] = number


def test_images(cfg: Config) -> Iterator[np.ndarray]:
    """Yield the images of testing as an exported file takes them."""
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    for i in range(len(dataset)):
        # The host loads BGR.
        yield dataset[i]['inputs'].flip(0)[None].contiguous().numpy()


def score(cfg: Config, session: Session) -> dict[str, float]:
    """Return the metrics of a file on the test data.

    Args:
        cfg: The run's config.
        session: The file; takes the place of the network in the host's model, which
            slides windows and measures as usual.
    """
    runner = Runner.from_cfg(cfg)
    model: Any = runner.model
    preprocessor = model.data_preprocessor
    # RGB in 8 bits, without what the file does itself.
    preprocessor._enable_normalize = False
    for name in ('channel_conversion', '_channel_conversion'):
        if hasattr(preprocessor, name):
            setattr(preprocessor, name, True)
    if hasattr(model, 'decode_head'):
        model.encode_decode = _segmenting(model, session)
    else:
        model.predict = _detecting(session)
    return runner.test()


def _image(inputs: Tensor) -> np.ndarray:
    return inputs.round().to(torch.uint8).contiguous().cpu().numpy()


def _segmenting(model: Any, session: Session) -> Any:
    def encode_decode(inputs: Tensor, metas: Any) -> Tensor:
        logits = session.run(_image(inputs), None)['logits']
        return model.decode_head.predict_by_feat(torch.from_numpy(logits), metas)

    return encode_decode


def _detecting(session: Session) -> Any:
    from mmdet.models.roi_heads.mask_heads.fcn_mask_head import _do_paste_mask

    def predict(inputs: Tensor, samples: Any, rescale: bool = True) -> Any:
        for one, sample in zip(inputs, samples, strict=True):
            height, width = sample.img_shape[:2]
            found = session.run(_image(one[None, :, :height, :width]), None)
            tensors = {name: torch.from_numpy(value) for name, value in found.items()}
            boxes = tensors['boxes'] / torch.tensor(sample.scale_factor).repeat(2)
            sample.pred_instances = InstanceData(
                bboxes=boxes, scores=tensors['scores'], labels=tensors['labels']
            )
            if 'masks' in tensors:
                pasted, _ = _do_paste_mask(
                    tensors['masks'][:, None], boxes, *sample.ori_shape[:2], False
                )
                threshold = session.facts['mask_threshold']
                sample.pred_instances.masks = pasted >= threshold
        return samples

    return predict

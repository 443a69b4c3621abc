# SPDX-License-Identifier: Apache-2.0
"""Let the host's model compute with an exported file."""

from typing import Any

import numpy as np
import torch
from mmengine.structures import InstanceData
from torch import Tensor

from .session import Session

__all__ = ['put_in_place']


def put_in_place(model: Any, session: Session) -> None:
    """Replace the network of a model by a file; the rest of testing stays the host's.

    Args:
        model: A segmentor or detector, changed in place.
        session: The file of such a model.
    """
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

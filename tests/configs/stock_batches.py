# SPDX-License-Identifier: Apache-2.0
"""Two synthetic images and their labels, as mmdet's and mmseg's pipelines pack them."""

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmdet.structures.mask import BitmapMasks
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample


def detection_batch(height, width, labels=(1, 5)):
    """Two images with two objects each."""
    samples = []
    for _ in range(2):
        boxes = torch.tensor([[10.0, 20, 70, 90], [50, 30, 120, 110]])
        masks = np.zeros((2, height, width), np.uint8)
        for mask, (left, top, right, bottom) in zip(masks, boxes.int(), strict=True):
            mask[top:bottom, left:right] = 1
        objects = InstanceData(bboxes=boxes, labels=torch.tensor(labels))
        objects.masks = BitmapMasks(masks, height, width)
        shape = (height, width)
        sample = DetDataSample(
            metainfo=dict(
                img_shape=shape,
                ori_shape=shape,
                pad_shape=shape,
                batch_input_shape=shape,
                scale_factor=(1.0, 1.0),
            )
        )
        sample.gt_instances = objects
        sample.ignored_instances = InstanceData(
            bboxes=torch.zeros(0, 4), labels=torch.zeros(0, dtype=torch.long)
        )
        samples.append(sample)
    return samples


def segmentation_batch(height, width, classes=7):
    """Two images with labels in vertical stripes of 50 pixels, of `classes` at most."""
    labels = (torch.arange(width) // 50 % classes)[None, None].expand(1, height, width)
    shape = (height, width)
    sample = SegDataSample(
        metainfo=dict(img_shape=shape, ori_shape=shape, pad_shape=shape)
    )
    sample.gt_sem_seg = PixelData(data=labels)
    return [sample, sample.clone()]

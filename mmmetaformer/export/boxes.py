# SPDX-License-Identifier: Apache-2.0
"""Steps of a detector on boxes, in operators whose sizes may depend on the image."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchvision.ops import nms, roi_align

__all__ = ['best_per_group', 'decode', 'extract_rois', 'top', 'usable']


def top(scores: Tensor, number: int) -> tuple[Tensor, Tensor]:
    """Return the largest scores and their indices: `number` of them, or all if fewer.

    Args:
        scores: (K,).
        number: Negative for all.
    """
    if number <= 0:
        return scores.sort(descending=True)
    return scores.topk(torch.sym_min(number, scores.shape[0]))


def decode(coder: Any, boxes: Tensor, deltas: Tensor, size: Sequence[int]) -> Tensor:
    """Return boxes moved by what a head predicts, cut at the border of the image.

    Args:
        coder: mmdet's DeltaXYWHBBoxCoder.
        boxes: (..., 4) as x1, y1, x2, y2.
        deltas: The same shape.
        size: Height and width of the image.
    """
    deltas = deltas * deltas.new_tensor(coder.stds) + deltas.new_tensor(coder.means)
    limit = float(np.abs(np.log(16 / 1000)))  # mmdet's wh_ratio_clip
    sides = boxes[..., 2:] - boxes[..., :2]
    center = (boxes[..., :2] + boxes[..., 2:]) * 0.5 + sides * deltas[..., :2]
    half = sides * deltas[..., 2:].clamp(-limit, limit).exp() * 0.5
    low, high = center - half, center + half
    if not coder.clip_border:
        return torch.cat([low, high], -1)
    height, width = size
    x, y = (
        torch.stack([low[..., i], high[..., i]], -1).clamp(0, side)
        for i, side in enumerate((width, height))
    )
    return torch.stack([x[..., 0], y[..., 0], x[..., 1], y[..., 1]], -1)


def usable(boxes: Tensor, min_side: float) -> Tensor:
    """Return which of (..., 4) boxes have sides above a minimum; negative: all."""
    if min_side < 0:
        return torch.ones_like(boxes[..., 0], dtype=torch.bool)
    return ((boxes[..., 2:] - boxes[..., :2]) > min_side).all(-1)


def best_per_group(
    boxes: Tensor, scores: Tensor, groups: Tensor, threshold: float, number: int
) -> Tensor:
    """Return the indices that non-maximum suppression within groups keeps.

    Args:
        boxes: (K, 4), not negative.
        scores: (K,).
        groups: (K,), such as classes.
        threshold: IoU above which the box with the lower score goes.
        number: How many are kept at most.

    Returns:
        By descending score.
    """
    # Groups are moved apart. The extra 0 is there for a list without a box.
    apart = torch.cat([boxes.flatten(), boxes.new_zeros(1)]).max() + 1
    moved = boxes + (groups.to(boxes.dtype) * apart)[:, None]
    best = nms(moved, scores, threshold)[:number]
    torch._check(best.shape[0] <= number)
    return best


def extract_rois(
    extractor: Any, maps: Sequence[Tensor], boxes: Tensor, limit: int
) -> tuple[Tensor, Tensor]:
    """Return the features of boxes, each from the map that fits its size.

    Args:
        extractor: mmdet's SingleRoIExtractor.
        maps: (1, C, H_i, W_i) of each level.
        boxes: (K, 4).
        limit: The largest K that is possible.

    Returns:
        The features (K, C, h, w), and the index of the box that each is of: boxes of a
        level follow each other.
    """
    layers = extractor.roi_layers
    rois = torch.cat([torch.zeros_like(boxes[:, :1]), boxes], 1)
    levels = extractor.map_roi_levels(rois, len(layers))
    features, order = [], []
    for i, layer in enumerate(layers):
        index = (levels == i).nonzero()[:, 0]
        # Without a bound, sums of such sizes would not fit into ONNX's 64 bits.
        torch._check(index.shape[0] <= limit)
        order.append(index)
        features.append(
            roi_align(
                maps[i],
                rois[index],
                layer.output_size,
                layer.spatial_scale,
                layer.sampling_ratio,
                layer.aligned,
            )
        )
    return torch.cat(features), torch.cat(order)

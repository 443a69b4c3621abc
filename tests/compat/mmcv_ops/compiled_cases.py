# SPDX-License-Identifier: Apache-2.0
"""Random cases of the ops that a compiled mmcv has on a CPU, for the comparison.

Each function returns the results of all cases by part. Where a result is a sum, the
part 'exact' has the same in float64. mmcv is imported inside: the comparison chooses
which one.
"""

import torch
from compiled_deform_cases import deform_conv_cases, modulated_deform_conv_cases
from torch import Tensor

Cases = dict[str, list[Tensor]]


def nms_cases(count: int, dtype: torch.dtype) -> dict[str, list[Tensor]]:
    from mmcv.ops import nms

    kept = []
    for seed in range(count):
        generator = torch.Generator().manual_seed(seed)
        boxes = torch.rand(1 + seed * 2, 4, generator=generator) * 60
        boxes[:, 2:] += boxes[:, :2]
        if seed % 2:  # integers: some IoUs are exactly the threshold
            boxes = (boxes / 6).round()
        scores = torch.rand(len(boxes), generator=generator)
        threshold = (0.3, 0.5, 0.6, 0.7)[seed % 4]
        offset = seed // 4 % 2
        kept.append(nms(boxes.to(dtype), scores.to(dtype), threshold, offset)[1])
    return {'indices': kept}


def roi_align_cases(count: int, dtype: torch.dtype) -> dict[str, list[Tensor]]:
    from mmcv.ops import roi_align

    found: dict[str, list[Tensor]] = {}
    for seed in range(count):
        generator = torch.Generator().manual_seed(seed)
        shape = (2, 3, 8 + seed % 30, 8 + seed % 23)
        features = torch.randn(*shape, generator=generator).to(dtype)
        scale = (1 / 4, 1 / 8, 1 / 16, 0.3)[seed % 4]
        rois = torch.rand(seed % 40, 5, generator=generator)
        rois[:, 0] = (rois[:, 0] * 2).floor()
        # Some cross the edges, some are outside.
        rois[:, 1:] = (rois[:, 1:] * 1.4 - 0.2) * 30 / scale
        rois[:, 3:] = torch.maximum(rois[:, 1:3], rois[:, 3:])
        size = ((7, 7), (14, 14), (3, 5))[seed % 3]
        options = (size, scale, (0, 2, 0, 1, 3)[seed % 5], 'avg', seed % 7 < 4)
        rois = rois.to(dtype)
        direction = torch.randn(len(rois), 3, *size, generator=generator).to(dtype)
        for prefix, to in (('', dtype), ('exact ', torch.float64)):
            x = features.to(to).requires_grad_()
            output = roi_align(x, rois.to(to), *options)
            gradient = torch.autograd.grad(output, x, direction.to(to))[0]
            found.setdefault(prefix + 'forward', []).append(output.detach())
            found.setdefault(prefix + 'backward', []).append(gradient)
    return found


def sigmoid_focal_loss_cases(count: int, dtype: torch.dtype) -> dict[str, list[Tensor]]:
    from mmcv.ops import sigmoid_focal_loss

    outputs: list[Tensor] = []
    gradients: list[Tensor] = []
    for seed in range(count):
        generator = torch.Generator().manual_seed(seed)
        logits = torch.randn(50, 80, generator=generator) * 4
        logits = logits.to(dtype).requires_grad_()
        target = torch.randint(0, 81, (50,), generator=generator)
        output = sigmoid_focal_loss(logits, target, 2.0, 0.25, None, 'none')
        outputs.append(output.detach())
        gradients += torch.autograd.grad(output.sum(), logits)
    return {'forward': outputs, 'backward': gradients}


def random_boxes(seed: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    boxes = torch.rand(1 + seed, 4, generator=generator) * 60
    boxes[:, 2:] += boxes[:, :2]
    scores = torch.rand(len(boxes), generator=generator)
    if seed % 2:  # integers and tenths: equal scores, and IoUs that are the threshold
        boxes, scores = (boxes / 6).round(), (scores * 10).round() / 10
    return boxes.to(dtype), scores.to(dtype)


def softnms_cases(count: int, dtype: torch.dtype) -> Cases:
    from mmcv.ops import soft_nms

    found: Cases = {'indices': [], 'boxes': []}
    for seed in range(count):
        boxes, scores = random_boxes(seed, dtype)
        method = ('naive', 'linear', 'gaussian')[seed % 3]
        threshold, offset = (0.3, 0.5, 0.6, 0.7)[seed % 4], seed // 4 % 2
        dets, kept = soft_nms(boxes, scores, threshold, 0.5, 0.05, method, offset)
        found['indices'].append(kept)
        found['boxes'].append(dets)
    return found


def nms_match_cases(count: int, dtype: torch.dtype) -> Cases:
    from mmcv.ops import nms_match

    groups = []
    for seed in range(count):
        boxes, scores = random_boxes(seed, dtype)
        if seed % 2:  # the order of equal scores is not defined
            scores = scores + torch.arange(len(scores)) / 1e5
        matched = nms_match(torch.cat([boxes, scores[:, None]], 1), 0.5)
        # Each group, closed by -1.
        groups.append(torch.cat([torch.cat([g, g.new_tensor([-1])]) for g in matched]))
    return {'groups': groups}


def psamask_cases(count: int, dtype: torch.dtype) -> Cases:
    from mmcv.ops import PSAMask

    found: Cases = {'forward': [], 'backward': []}
    for seed in range(count):
        torch.manual_seed(seed)
        mask = (1 + seed % 4, 1 + seed % 3)
        x = torch.randn(2, mask[0] * mask[1], 2 + seed % 3, 3).to(dtype)
        x.requires_grad_()
        output = PSAMask(('collect', 'distribute')[seed % 2], mask)(x)
        found['forward'].append(output.detach())
        direction = torch.randn(output.shape).to(dtype)
        found['backward'] += torch.autograd.grad(output, x, direction)
    return found


ALL_CASES = (
    nms_cases,
    roi_align_cases,
    sigmoid_focal_loss_cases,
    softnms_cases,
    nms_match_cases,
    psamask_cases,
    deform_conv_cases,
    modulated_deform_conv_cases,
)

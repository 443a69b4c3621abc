# SPDX-License-Identifier: Apache-2.0
"""Random cases of the deformable convolutions, as in `compiled_cases`."""

import torch
from torch import Tensor

Cases = dict[str, list[Tensor]]


def deform_conv_cases(count: int, dtype: torch.dtype, modulated: bool = False) -> Cases:
    from mmcv.ops import deform_conv2d, modulated_deform_conv2d

    found: Cases = {}
    for seed in range(count):
        torch.manual_seed(seed)
        groups, split = (1, 2)[seed % 2], (1, 2)[seed // 2 % 2]
        stride, padding, dilation = 1 + seed % 2, seed % 3, 1 + seed // 3 % 2
        x, weight = torch.randn(2, 4, 7, 8), torch.randn(4, 4 // groups, 3, 3)
        height, width = (
            (size + 2 * padding - 2 * dilation - 1) // stride + 1 for size in (7, 8)
        )
        # A third starts at zero, as in training; others reach outside the map.
        offset = torch.randn(2, split * 18, height, width) * (seed % 3)
        mask = torch.rand(2, split * 9, height, width)
        tensors = [x, offset, mask, weight, torch.randn(4)]
        names = ['input', 'offset', 'mask', 'weight', 'bias']
        if not modulated:
            tensors, names = [x, offset, weight], ['input', 'offset', 'weight']
        tensors = [tensor.to(dtype) for tensor in tensors]
        direction = torch.randn(2, 4, height, width).to(dtype)
        op = modulated_deform_conv2d if modulated else deform_conv2d
        for prefix, to in (('', dtype), ('exact ', torch.float64)):
            inputs = [tensor.to(to).requires_grad_() for tensor in tensors]
            output = op(*inputs, stride, padding, dilation, groups, split)
            found.setdefault(prefix + 'forward', []).append(output.detach())
            gradients = torch.autograd.grad(output, inputs, direction.to(to))
            for name, gradient in zip(names, gradients, strict=True):
                found.setdefault(f'{prefix}gradient of {name}', []).append(gradient)
    return found


def modulated_deform_conv_cases(count: int, dtype: torch.dtype) -> Cases:
    return deform_conv_cases(count, dtype, modulated=True)

# SPDX-License-Identifier: Apache-2.0
"""Deformable convolution by its definition, tap by tap."""

import itertools

import torch
import torch.nn.functional as F


def bilinear(maps, y, x):
    """Return samples of (C, H, W), and mmcv's gradient: 0 from -1 on."""
    height, width = maps.shape[1:]
    inside = (y > -1) & (y < height) & (x > -1) & (x < width)
    low_y, low_x = y.detach().floor(), x.detach().floor()
    above, left = y - low_y, x - low_x
    padded = F.pad(maps, (1, 1, 1, 1))

    def at(down, right):
        row = (low_y + 1 + down).clamp(0, height + 1).long()
        return padded[:, row, (low_x + 1 + right).clamp(0, width + 1).long()]

    top = (1 - left) * at(0, 0) + left * at(0, 1)
    bottom = (1 - left) * at(1, 0) + left * at(1, 1)
    return torch.where(inside, (1 - above) * top + above * bottom, 0)


def reference(x, offset, mask, weight, bias, stride, padding, dilation, groups, split):
    """Compute the convolution by its definition, tap by tap."""
    (sy, sx), (py, px), (dy, dx) = (
        value if isinstance(value, tuple) else (value, value)
        for value in (stride, padding, dilation)
    )
    height, width = offset.shape[2:]
    rows, columns = torch.meshgrid(
        torch.arange(height) * sy - py, torch.arange(width) * sx - px, indexing='ij'
    )
    taps = list(itertools.product(range(weight.size(2)), range(weight.size(3))))
    images = []
    for n in range(len(x)):
        sampled = []
        for part, maps in enumerate(x[n].chunk(split)):
            found = []
            for k, (i, j) in enumerate(taps):
                channel = part * len(taps) + k
                move_y, move_x = offset[n, 2 * channel], offset[n, 2 * channel + 1]
                tap = bilinear(maps, rows + i * dy + move_y, columns + j * dx + move_x)
                found.append(tap if mask is None else tap * mask[n, channel])
            sampled.append(torch.stack(found, 1))
        split_in = torch.cat(sampled).chunk(groups)
        outputs = [
            torch.einsum('ckhw,ock->ohw', part, kernel.flatten(2))
            for part, kernel in zip(split_in, weight.chunk(groups), strict=True)
        ]
        images.append(torch.cat(outputs))
    output = torch.stack(images)
    return output if bias is None else output + bias[:, None, None]

# SPDX-License-Identifier: Apache-2.0
"""Average bilinear samples in bins of RoIs that offsets have moved."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .max_samples import MAX_SAMPLES

__all__ = ['PoolShape', 'average_in_bins', 'parts_of_rois']


class PoolShape(NamedTuple):
    """Bins from top to bottom and left to right, and the other arguments of the op."""

    bins: tuple[int, int]
    scale: float
    sampling: int
    gamma: float


def average_in_bins(
    maps: Tensor,
    corners: Tensor,
    moves: Tensor | None,
    grid: tuple[int, int],
    shape: PoolShape,
) -> Tensor:
    """Return the pooled RoIs of one image, (R, C, *bins).

    Args:
        maps: (C, H, W).
        corners: (R, 4).
        moves: (R, 2, *bins), or None.
        grid: Samples of a bin from top to bottom and left to right.
        shape: The options of the op.
    """
    begin = corners[:, :2] * shape.scale - 0.5
    length = (corners[:, 2:] - corners[:, :2]) * shape.scale
    count, bins = len(corners), shape.bins
    axes = []
    for axis in (0, 1):  # y, x: the RoI's second and first coordinate
        column = 1 - axis
        steps = torch.arange(bins[axis] * grid[axis], device=corners.device) + 0.5
        step = length[:, column, None] / bins[axis] / grid[axis]
        at = begin[:, column, None] + steps * step
        # (R, bins, 1, grid, 1) for y, (R, 1, bins, 1, grid) for x.
        at = at.view(count, bins[axis], grid[axis])
        at = at[:, :, None, :, None] if axis == 0 else at[:, None, :, None, :]
        if moves is not None:
            far = shape.gamma * length[:, column, None, None] * moves[:, column]
            at = at + far[..., None, None]
        axes.append(at.expand(count, *bins, *grid))
    y, x = (at.reshape(1, count, -1) for at in axes)
    sampled = _sample(maps, y, x).view(len(maps), count, *bins, -1)
    return sampled.mean(-1).transpose(0, 1)


def _sample(maps: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """Return bilinear samples as RoIAlign defines them, (C, *y.shape[1:]).

    A position up to one pixel outside the map is moved to its edge; farther out, 0.
    """
    height, width = maps.shape[1:]
    inside = (y >= -1) & (y <= height) & (x >= -1) & (x <= width)
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], -1)
    sampled = F.grid_sample(
        maps.unsqueeze(0), grid, padding_mode='border', align_corners=False
    )
    return torch.where(inside.unsqueeze(1), sampled, 0)[0]


def parts_of_rois(
    rois: Tensor, channels: int, shape: PoolShape
) -> Iterator[tuple[int, Tensor, tuple[int, int]]]:
    """Yield RoIs of one image with the same number of samples.

    Yields:
        The image, indices of the RoIs (R,), and the samples of a bin in y and x.
    """
    lengths = (rois[:, 3:] - rois[:, 1:3]) * shape.scale
    bins = lengths.new_tensor((shape.bins[1], shape.bins[0]))
    # RoIs of no width or height have no samples in mmcv, and 0 as their average.
    grids = (
        (lengths / bins).ceil()
        if shape.sampling <= 0
        else (torch.full_like(lengths, shape.sampling))
    )
    keys, group = torch.cat([rois[:, :1], grids], 1).unique(dim=0, return_inverse=True)
    for number, (image, across, down) in enumerate(keys.long().tolist()):
        if across <= 0 or down <= 0:
            continue
        which = torch.nonzero(group == number)[:, 0]
        samples = channels * shape.bins[0] * shape.bins[1] * across * down
        for part in which.split(max(1, MAX_SAMPLES // max(1, samples))):
            yield image, part, (down, across)

# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.roi_pool_*` with torch.

torchvision's op of this name rounds a RoI to whole pixels first. mmcv's divides it as
it is, and takes all pixels that a bin touches.
"""

import torch
from torch import Tensor

from .check_rois import check_rois
from .compute_dtype import compute_dtype

__all__ = ['roi_pool_backward', 'roi_pool_forward']


def roi_pool_forward(
    input: Tensor,
    rois: Tensor,
    output: Tensor,
    argmax: Tensor,
    pooled_height: int,
    pooled_width: int,
    spatial_scale: float,
) -> None:
    """Write the maximum of the pixels in each bin of each RoI to `output`.

    Args:
        input: Feature maps, (N, C, H, W).
        rois: Rows of image index, x1, y1, x2, y2, (K, 5). The last pixel of a RoI is
            inside: its width is x2 - x1 + 1.
        output: Zeros; written, (K, C, pooled_height, pooled_width). 0 in a bin without
            pixels, and in a RoI of no width or height.
        argmax: Written, the pixel of the maximum as y * W + x, or -1, int32, of the
            shape of `output`.
        pooled_height: Number of bins from top to bottom.
        pooled_width: Number of bins from left to right.
        spatial_scale: Factor from the coordinates of the RoIs to the feature map.

    Raises:
        DivergedError: On a CPU, a RoI is not finite or of no image.
    """
    check_rois('RoIPool', rois, len(input), upright_only=False)
    argmax.fill_(-1)
    if not output.numel():
        return
    height, width = input.shape[2:]
    bins = (pooled_height, pooled_width)
    top, left, heights, widths = (
        t.flatten() for t in _bins(rois, input.shape[2:], bins, spatial_scale)
    )
    # A row for each pixel of all images, so that one index finds all channels.
    pixels = input.permute(0, 2, 3, 1).flatten(0, 2)
    first = rois[:, 0].long().repeat_interleave(bins[0] * bins[1]) * height * width
    # Bins with fewer pixels see their last one again, which changes no maximum.
    last_row = (top + heights - 1).clamp(0, height - 1)
    last_column = (left + widths - 1).clamp(0, width - 1)
    best = pixels.new_full((len(first), input.size(1)), -torch.inf)
    where = torch.full_like(best, -1, dtype=torch.int32)
    # The only time that this waits for a GPU.
    most = torch.stack([heights.max(), widths.max()]).tolist()
    for dy in range(most[0]):
        for dx in range(most[1]):
            row = torch.minimum(top + dy, last_row)
            at = row * width + torch.minimum(left + dx, last_column)
            found = pixels[first + at]
            better = found > best
            best = torch.where(better, found, best)
            where = torch.where(better, at.int().unsqueeze(1), where)
    empty = ((heights == 0) | (widths == 0)).unsqueeze(1)
    where = where.masked_fill(empty, -1)
    best = best.masked_fill(where == -1, 0)
    for into, rows in ((output, best), (argmax, where)):
        into.copy_(rows.unflatten(0, (len(rois), *bins)).permute(0, 3, 1, 2))


def roi_pool_backward(
    grad_output: Tensor,
    rois: Tensor,
    argmax: Tensor,
    grad_input: Tensor,
    pooled_height: int,
    pooled_width: int,
    spatial_scale: float,
) -> None:
    """Add the gradient of each bin to the pixel that was its maximum.

    Args:
        grad_output: (K, C, pooled_height, pooled_width).
        rois: (K, 5).
        argmax: What `roi_pool_forward` wrote, of the shape of `grad_output`.
        grad_input: Zeros; written, (N, C, H, W).
        pooled_height: Unused, as it is the shape of `grad_output`.
        pooled_width: Unused.
        spatial_scale: Unused.
    """
    channels, height, width = grad_input.shape[1:]
    plane = rois[:, :1].long() * channels + torch.arange(channels, device=rois.device)
    index = plane[:, :, None, None] * (height * width) + argmax
    chosen = argmax >= 0
    dtype = compute_dtype(grad_output)
    total = grad_input.new_zeros(grad_input.numel(), dtype=dtype)
    total.index_add_(0, index[chosen], grad_output[chosen].to(dtype))
    grad_input.copy_(total.view_as(grad_input))


def _bins(
    rois: Tensor, size: torch.Size, bins: tuple[int, int], scale: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return top, left, height and width of all bins in pixels, each (K, *bins)."""
    corners = rois[:, 1:].to(compute_dtype(rois))
    starts, lengths = [], []
    for axis in (0, 1):  # rows, columns
        begin = corners[:, 1 - axis] * scale
        end = (corners[:, 3 - axis] + 1) * scale
        step = ((end - begin) / bins[axis])[:, None]
        edges = torch.arange(bins[axis] + 1, device=rois.device) * step + begin[:, None]
        first = edges[:, :-1].floor().clamp(0, size[axis]).long()
        last = edges[:, 1:].ceil().clamp(0, size[axis]).long()
        starts.append(first)
        lengths.append((last - first).masked_fill((end <= begin)[:, None], 0))
    shape = (len(rois), *bins)
    rows, columns = (lambda t: t[:, :, None]), (lambda t: t[:, None, :])
    top, left = rows(starts[0]).expand(shape), columns(starts[1]).expand(shape)
    height = rows(lengths[0]).expand(shape)
    return top, left, height, columns(lengths[1]).expand(shape)

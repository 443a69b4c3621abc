# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.ms_deform_attn_*` with torch's `grid_sample`.

mmcv calls this op on a GPU only; on a CPU it has the same definition in Python. Neither
pass stores samples: the forward pass adds level by level, and the backward pass samples
again. Both work on as many images, or queries of one, at once as MAX_SAMPLES allows.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .compute_dtype import compute_dtype
from .max_samples import MAX_SAMPLES

__all__ = ['ms_deform_attn_backward', 'ms_deform_attn_forward']


def ms_deform_attn_forward(
    value: Tensor,
    value_spatial_shapes: Tensor,
    value_level_start_index: Tensor,
    sampling_locations: Tensor,
    attention_weights: Tensor,
    im2col_step: int,
) -> Tensor:
    """Return the weighted sum of the bilinear samples of each query and head.

    Args:
        value: Feature maps of all levels, flat, (N, S, heads, D).
        value_spatial_shapes: Height and width of each level, int64, (L, 2).
        value_level_start_index: Unused, the first row of each level in S: they follow
            each other.
        sampling_locations: x and y as fractions of a level's width and height, from
            edge to edge, (N, Q, heads, L, P, 2). Outside the level, features are 0.
        attention_weights: Weight of each sample, (N, Q, heads, L, P).
        im2col_step: Unused; the number of images that mmcv computes at once.

    Returns:
        (N, Q, heads * D), of the dtype of `value`.
    """
    dtype = compute_dtype(value)
    images, _, heads, channels = value.shape
    queries = sampling_locations.size(1)
    output = value.new_zeros(images, heads, channels, queries, dtype=dtype)
    levels = list(_levels(value_spatial_shapes))
    for part, some in _parts(value, sampling_locations):
        for level, rows, size in levels:
            output[part, ..., some] += _attend(
                value[part, rows].to(dtype),
                sampling_locations[part, some, :, level].to(dtype),
                attention_weights[part, some, :, level].to(dtype),
                size,
            )
    return output.permute(0, 3, 1, 2).flatten(2).to(value.dtype)


def ms_deform_attn_backward(
    value: Tensor,
    value_spatial_shapes: Tensor,
    value_level_start_index: Tensor,
    sampling_locations: Tensor,
    attention_weights: Tensor,
    grad_output: Tensor,
    grad_value: Tensor,
    grad_sampling_loc: Tensor,
    grad_attn_weight: Tensor,
    im2col_step: int,
) -> None:
    """Write the gradients of the three inputs that have one.

    Args:
        value: As in `ms_deform_attn_forward`, like the next four.
        value_spatial_shapes: (L, 2).
        value_level_start_index: (L,).
        sampling_locations: (N, Q, heads, L, P, 2).
        attention_weights: (N, Q, heads, L, P).
        grad_output: (N, Q, heads * D).
        grad_value: Zeros; written, (N, S, heads, D).
        grad_sampling_loc: Zeros; written, (N, Q, heads, L, P, 2).
        grad_attn_weight: Zeros; written, (N, Q, heads, L, P).
        im2col_step: Unused.
    """
    dtype = compute_dtype(value)
    heads, channels = value.shape[2:]
    direction = grad_output.to(dtype).unflatten(2, (heads, channels))
    direction = direction.permute(0, 2, 3, 1)
    levels = list(_levels(value_spatial_shapes))
    # Several parts add to it, and it is rounded once.
    total = torch.zeros_like(value, dtype=dtype)
    for part, some in _parts(value, sampling_locations):
        for level, rows, size in levels:
            inputs = [
                # A copy even if the dtype is right: these are leaves of a graph of
                # their own, which is freed before the next level.
                tensor.detach().to(dtype, copy=True).requires_grad_()
                for tensor in (
                    value[part, rows],
                    sampling_locations[part, some, :, level],
                    attention_weights[part, some, :, level],
                )
            ]
            with torch.enable_grad():
                attended = _attend(inputs[0], inputs[1], inputs[2], size)
            grads = torch.autograd.grad(attended, inputs, direction[part, ..., some])
            total[part, rows] += grads[0]
            grad_sampling_loc[part, some, :, level] = grads[1].to(
                grad_sampling_loc.dtype
            )
            grad_attn_weight[part, some, :, level] = grads[2].to(grad_attn_weight.dtype)
    grad_value.copy_(total)


def _attend(
    value: Tensor, locations: Tensor, weights: Tensor, size: tuple[int, int]
) -> Tensor:
    """Return the attention of one level.

    Args:
        value: (N, H * W, heads, D).
        locations: (N, Q, heads, P, 2).
        weights: (N, Q, heads, P).
        size: H and W.

    Returns:
        (N, heads, D, Q).
    """
    maps = value.permute(0, 2, 3, 1).flatten(0, 1).unflatten(2, size)
    # grid_sample's own coordinates run from -1 to 1.
    grid = (2 * locations - 1).transpose(1, 2).flatten(0, 1)
    samples = F.grid_sample(
        maps, grid, mode='bilinear', padding_mode='zeros', align_corners=False
    )
    factors = weights.transpose(1, 2).flatten(0, 1).unsqueeze(1)
    attended = (samples * factors).sum(-1)
    return attended.unflatten(0, (-1, value.size(2)))


def _levels(shapes: Tensor) -> Iterator[tuple[int, slice, tuple[int, int]]]:
    """Yield the number, the rows in S and the size of each level that has pixels."""
    start = 0
    # The only time that the op waits for a GPU.
    for level, (height, width) in enumerate(shapes.tolist()):
        stop = start + height * width
        if start < stop:
            yield level, slice(start, stop), (height, width)
        start = stop


def _parts(value: Tensor, locations: Tensor) -> Iterator[tuple[slice, slice]]:
    """Yield slices of the images, and of their queries, that are computed at once."""
    images, queries = locations.shape[:2]
    # Of a query: its heads, points and channels.
    samples = value.size(3) * locations[:1, :1, :, :1, :, 0].numel()
    if not samples:  # no images, queries or points
        return
    at_once = max(1, MAX_SAMPLES // samples)
    step = max(1, at_once // queries)
    for image in range(0, images, step):
        for query in range(0, queries, at_once):
            yield slice(image, image + step), slice(query, query + at_once)

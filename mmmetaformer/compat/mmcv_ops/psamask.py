# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.psamask_*` with torch.

Point-wise spatial attention (PSANet) predicts a mask around each pixel. The op shifts
each mask to the position of its pixel and cuts it off at the edges of the map.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

__all__ = ['psamask_backward', 'psamask_forward']

# Of `psa_type`; the other is 'distribute'.
COLLECT = 0


def psamask_forward(
    input: Tensor,
    output: Tensor,
    psa_type: int,
    num_: int,
    h_feature: int,
    w_feature: int,
    h_mask: int,
    w_mask: int,
    half_h_mask: int,
    half_w_mask: int,
) -> None:
    """Write the attention of each pair of pixels to `output`.

    Args:
        input: The mask of each pixel, (N, h_mask * w_mask, H, W).
        output: Zeros; written, (N, H * W, H, W). 'collect' (0): what the pixel of the
            last two axes has in its mask for the pixel of the second. 'distribute' (1):
            the other way round.
        psa_type: 0 or 1.
        num_: Number of images.
        h_feature: H.
        w_feature: W.
        h_mask: Height of a mask.
        w_mask: Width of a mask.
        half_h_mask: Row of a mask that is its pixel's own.
        half_w_mask: Column of a mask that is its pixel's own.
    """
    size = (h_feature, w_feature)
    masks, pairs = input.unflatten(1, (h_mask, w_mask)), _pairs(output, size, psa_type)
    other, own, tap = _columns(w_feature, w_mask, half_w_mask, input.device)
    for source, target in _rows(masks, pairs, half_h_mask):
        target[:, other, own] = source[:, tap, own].to(output.dtype)


def psamask_backward(
    grad_output: Tensor,
    grad_input: Tensor,
    psa_type: int,
    num_: int,
    h_feature: int,
    w_feature: int,
    h_mask: int,
    w_mask: int,
    half_h_mask: int,
    half_w_mask: int,
) -> None:
    """Write the gradient of the masks to `grad_input`.

    Args:
        grad_output: (N, H * W, H, W).
        grad_input: Zeros; written, (N, h_mask * w_mask, H, W).
        psa_type: As in `psamask_forward`, like the others.
        num_: Number of images.
        h_feature: H.
        w_feature: W.
        h_mask: Height of a mask.
        w_mask: Width of a mask.
        half_h_mask: Row of a mask that is its pixel's own.
        half_w_mask: Column of a mask that is its pixel's own.
    """
    size = (h_feature, w_feature)
    masks = grad_input.unflatten(1, (h_mask, w_mask))
    pairs = _pairs(grad_output, size, psa_type)
    other, own, tap = _columns(w_feature, w_mask, half_w_mask, grad_input.device)
    for source, target in _rows(masks, pairs, half_h_mask):
        source[:, tap, own] = target[:, other, own].to(grad_input.dtype)


def _pairs(attention: Tensor, size: tuple[int, int], psa_type: int) -> Tensor:
    """Return a view, (N, H, W, H, W): first the other pixel, then that of the mask."""
    pairs = attention.unflatten(1, size)
    return pairs if psa_type == COLLECT else pairs.permute(0, 3, 4, 1, 2)


def _rows(masks: Tensor, pairs: Tensor, half: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield views of each row of the masks, and of the pairs of pixels that it is for.

    Args:
        masks: (N, h_mask, w_mask, H, W).
        pairs: (N, H, W, H, W).
        half: Row of a mask that is its pixel's own.

    Yields:
        (N, w_mask, W, L) and (N, W, W, L), where the other pixel of each of L pixels is
        inside the map.
    """
    height = masks.size(3)
    for row in range(masks.size(1)):
        down = row - half
        rows = slice(max(0, -down), min(height, height - down))
        if rows.start < rows.stop:
            source = masks[:, row, :, rows].transpose(2, 3)
            yield source, pairs.diagonal(-down, 1, 3)


def _columns(
    width: int, taps: int, half: int, device: torch.device
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the columns of two pixels of a row, and of the mask between them, (P,)."""
    axes = torch.arange(width), torch.arange(width)
    other, own = (grid.flatten() for grid in torch.meshgrid(*axes, indexing='ij'))
    tap = other - own + half
    inside = (tap >= 0) & (tap < taps)
    other, own, tap = (t[inside].to(device) for t in (other, own, tap))
    return other, own, tap

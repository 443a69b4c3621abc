# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.psamask_*` with torch.

Point-wise spatial attention (PSANet) predicts a mask around each pixel. The op shifts
each mask to the position of its pixel and cuts it off at the edges of the map.
"""

import torch
from torch import Tensor

__all__ = ['psamask_backward', 'psamask_forward']

COLLECT, DISTRIBUTE = 0, 1


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
    size, half = (h_feature, w_feature), (half_h_mask, half_w_mask)
    source, target = _positions(size, (h_mask, w_mask), half, psa_type, input.device)
    flat = input.flatten(1)
    output.flatten(1)[:, target] = flat[:, source].to(output.dtype)


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
    size, half = (h_feature, w_feature), (half_h_mask, half_w_mask)
    source, target = _positions(
        size, (h_mask, w_mask), half, psa_type, grad_input.device
    )
    flat = grad_output.flatten(1)
    grad_input.flatten(1)[:, source] = flat[:, target].to(grad_input.dtype)


def _positions(
    size: tuple[int, int],
    mask: tuple[int, int],
    half: tuple[int, int],
    psa_type: int,
    device: torch.device,
) -> tuple[Tensor, Tensor]:
    """Return where in an image's input and output each number is, both flat."""
    axes = [torch.arange(length, device=device) for length in (*mask, *size)]
    dy, dx, y, x = torch.meshgrid(*axes, indexing='ij')
    other_y, other_x = y + dy - half[0], x + dx - half[1]
    inside = (other_y >= 0) & (other_y < size[0])
    inside &= (other_x >= 0) & (other_x < size[1])
    pixels = size[0] * size[1]
    own = (y * size[1] + x)[inside]
    other = (other_y * size[1] + other_x)[inside]
    source = torch.nonzero(inside.flatten())[:, 0]
    if psa_type == COLLECT:
        return source, other * pixels + own
    return source, own * pixels + other

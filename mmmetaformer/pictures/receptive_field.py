# SPDX-License-Identifier: Apache-2.0
"""The effective receptive field: which pixels one output depends on, and how much."""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

__all__ = ['receptive_field', 'share_of_area']


def receptive_field(
    backbone: nn.Module, images: Iterable[Tensor], seed: int = 0
) -> NDArray[np.float64]:
    """Return how much each input pixel changes the centre of the last feature map.

    Defined by Luo et al., "Understanding the Effective Receptive Field in Deep
    Convolutional Neural Networks" (arXiv 1701.04128): the gradient of the output at the
    centre by the input, its absolute value averaged over images. The output is a sum
    over channels with random signs, as the plain sum over a layer norm is constant.

    Args:
        backbone: A module that returns feature maps, the last one last.
        images: (1, 3, H, W) each, all of one size, normalized.
        seed: Of the signs.

    Returns:
        (H, W), not negative, with the sum 1.
    """
    generator = torch.Generator().manual_seed(seed)
    total: Tensor | None = None
    for image in images:
        inputs = image.clone().requires_grad_()
        outputs = backbone(inputs)
        last = outputs[-1] if isinstance(outputs, (list, tuple)) else outputs
        centre = last[0, :, last.shape[2] // 2, last.shape[3] // 2]
        signs = torch.randint(0, 2, centre.shape, generator=generator) * 2.0 - 1
        (gradient,) = torch.autograd.grad((centre * signs.to(centre)).sum(), inputs)
        field = gradient[0].abs().sum(0).double().cpu()
        total = field if total is None else total + field
    if total is None:
        raise ValueError('no images')
    return (total / total.sum()).numpy()


def share_of_area(field: NDArray[np.float64], part: float) -> float:
    """Return the area of the smallest centred square with `part` of a field.

    Args:
        field: That of `receptive_field`.
        part: Such as 0.5 for half of it.

    Returns:
        As a share of the image.
    """
    height, width = field.shape
    rows, columns = np.ogrid[:height, :width]
    # How far the square around the centre has to reach for each pixel, in [0, 1].
    reach = np.maximum(
        abs(rows + 0.5 - height / 2) / (height / 2),
        abs(columns + 0.5 - width / 2) / (width / 2),
    ).ravel()
    order = np.argsort(reach, kind='stable')
    inside = np.cumsum(field.ravel()[order])
    index = min(int(np.searchsorted(inside, part)), len(order) - 1)
    return float((reach[order[index]] + 1 / max(height, width)) ** 2)

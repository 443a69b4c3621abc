# SPDX-License-Identifier: Apache-2.0
"""Refuse RoIs that torchvision's kernels on a CPU do not survive."""

import torch
from torch import Tensor

from mmmetaformer.errors import DivergedError

__all__ = ['check_rois']


def check_rois(op: str, rois: Tensor, images: int, upright_only: bool) -> None:
    """Refuse RoIs that are not finite, inverted, or of an image outside the batch.

    torchvision reads outside the feature maps for some of them, and ends the process.
    On a GPU nothing is checked, since that would wait for the GPU.

    Args:
        op: Name of the op in the message.
        rois: Rows of image index, x1, y1, x2, y2, (K, 5).
        images: Number of images in the batch.
        upright_only: Whether inverted RoIs are refused, as by mmcv's aligned RoIAlign
            on a CPU. Other ops have a definition for them.

    Raises:
        DivergedError: One sentence with the number of such RoIs and the first.
    """
    if rois.device.type != 'cpu':
        return
    index, corners = rois[:, 0], rois[:, 1:]
    finite = rois.isfinite().all(1)
    inside = (index >= 0) & (index < images)
    upright = (corners[:, 2:] >= corners[:, :2]).all(1)
    sound = finite & inside & upright if upright_only else finite & inside
    if sound.all():
        return
    for good, what in (
        (finite, 'not finite'),
        (inside, f'of images outside the batch of {images}'),
        (upright, 'inverted (x2 < x1 or y2 < y1)'),
    ):
        bad = torch.nonzero(~good)[:, 0]
        if len(bad):
            image, *box = rois[bad[0]].tolist()
            raise DivergedError(
                f'{op} got {len(bad)} of {len(rois)} RoIs that are {what}, the '
                f'first in image {image:g} with x1, y1, x2, y2 = '
                f'{", ".join(f"{value:g}" for value in box)}: look for boxes like that '
                'in the annotations, or lower the learning rate '
                '(--cfg-options optim_wrapper.optimizer.lr=...).'
            )

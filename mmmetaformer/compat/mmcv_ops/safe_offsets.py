# SPDX-License-Identifier: Apache-2.0
"""Keep offsets that are not finite from torchvision's kernels."""

from torch import Tensor

from mmmetaformer.errors import DivergedError

__all__ = ['move_outside', 'safe_offsets']

# Pixels, far outside of any feature map.
OUTSIDE = 1e6


def safe_offsets(offset: Tensor) -> Tensor:
    """Return offsets with which the kernels read inside the feature map only.

    At an offset that is NaN, torchvision's kernels read outside it, which ends the
    process on a CPU. On a GPU, a check would wait for the GPU: there such a sample is 0
    as in mmcv's forward pass, and so is its gradient.

    Args:
        offset: y and x of each sample, of any shape.

    Raises:
        DivergedError: On a CPU, some are not finite.
    """
    if offset.device.type != 'cpu':
        return move_outside(offset)
    finite = offset.isfinite()
    if not finite.all():
        bad = offset.numel() - int(finite.sum())
        raise DivergedError(
            f'a deformable convolution got {bad} of {offset.numel()} offsets that are '
            'not finite: training has diverged. Lower the learning rate '
            '(--cfg-options optim_wrapper.optimizer.lr=...).'
        )
    return offset


def move_outside(offset: Tensor) -> Tensor:
    """Return finite offsets: the others are outside of any feature map."""
    return offset.where(offset.isfinite(), OUTSIDE)

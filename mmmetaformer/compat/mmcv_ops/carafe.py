# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.carafe_*` as `carafe_naive_*`.

mmcv's two versions of the op differ in speed and buffers, not in the result.
"""

from torch import Tensor

from .carafe_naive import carafe_naive_backward, carafe_naive_forward

__all__ = ['carafe_backward', 'carafe_forward']


def carafe_forward(
    features: Tensor,
    masks: Tensor,
    rfeatures: Tensor,
    routput: Tensor,
    rmasks: Tensor,
    output: Tensor,
    kernel_size: int,
    group_size: int,
    scale_factor: int,
) -> None:
    """Write the upsampled maps to `output`, and the features to `rfeatures`.

    Args:
        features: As in `carafe_naive_forward`, like the others that are not mentioned.
        masks: (N, group_size * kernel_size^2, H * scale_factor, W * scale_factor).
        rfeatures: Written: `carafe_backward` gets it instead of the features.
        routput: Unused, a buffer of mmcv, like `rmasks`.
        rmasks: Unused.
        output: Written, (N, C, H * scale_factor, W * scale_factor).
        kernel_size: Pixels along a side of the square.
        group_size: Number of groups of channels.
        scale_factor: Pixels of the output along a pixel of the input.
    """
    rfeatures.copy_(features)
    carafe_naive_forward(features, masks, output, kernel_size, group_size, scale_factor)


def carafe_backward(
    top_grad: Tensor,
    rfeatures: Tensor,
    masks: Tensor,
    rtop_grad: Tensor,
    rbottom_grad_hs: Tensor,
    rbottom_grad: Tensor,
    rmask_grad: Tensor,
    bottom_grad: Tensor,
    mask_grad: Tensor,
    kernel_size: int,
    group_size: int,
    scale_factor: int,
) -> None:
    """Write the gradients of features and masks.

    Args:
        top_grad: As in `carafe_naive_backward`, like the others.
        rfeatures: The features, as `carafe_forward` wrote them.
        masks: (N, group_size * kernel_size^2, H * scale_factor, W * scale_factor).
        rtop_grad: Unused, a buffer of mmcv, like the next three.
        rbottom_grad_hs: Unused.
        rbottom_grad: Unused.
        rmask_grad: Unused.
        bottom_grad: Written, (N, C, H, W).
        mask_grad: Written, of the shape of `masks`.
        kernel_size: Pixels along a side of the square.
        group_size: Number of groups of channels.
        scale_factor: Pixels of the output along a pixel of the input.
    """
    carafe_naive_backward(
        top_grad,
        rfeatures,
        masks,
        bottom_grad,
        mask_grad,
        kernel_size,
        group_size,
        scale_factor,
    )

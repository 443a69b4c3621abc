# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.deform_conv_forward`, of DCNv1, with torchvision."""
# ruff: noqa: N803  (mmcv passes these arguments by name)

from torch import Tensor

from .deform_conv_kernel import ConvShape, deform_conv_output

__all__ = ['deform_conv_forward']


def deform_conv_forward(
    input: Tensor,
    weight: Tensor,
    offset: Tensor,
    output: Tensor,
    columns: Tensor,
    ones: Tensor,
    kW: int,
    kH: int,
    dW: int,
    dH: int,
    padW: int,
    padH: int,
    dilationW: int,
    dilationH: int,
    group: int,
    deformable_group: int,
    im2col_step: int,
) -> None:
    """Write the convolution to `output`; shapes as in `deform_conv_output`.

    Args:
        input: (N, C, H, W).
        weight: (C', C / group, kH, kW).
        offset: (N, deformable_group * kH * kW * 2, H', W').
        output: Written, (N, C', H', W').
        columns: Unused, a buffer of mmcv, like `ones`.
        ones: Unused.
        kW: Unused, the width of `weight`, like `kH` its height.
        kH: Unused.
        dW: Columns from one output to the next, the stride.
        dH: Rows from one output to the next.
        padW: Columns of zeros at the left and at the right.
        padH: Rows of zeros above and below.
        dilationW: Columns from one tap of the kernel to the next.
        dilationH: Rows from one tap to the next.
        group: Groups of channels of the convolution.
        deformable_group: Groups of channels with offsets of their own.
        im2col_step: Unused, the number of images that mmcv computes at once.
    """
    shape = ConvShape(
        (dH, dW), (padH, padW), (dilationH, dilationW), group, deformable_group
    )
    output.copy_(deform_conv_output(input, weight, offset, None, None, shape))

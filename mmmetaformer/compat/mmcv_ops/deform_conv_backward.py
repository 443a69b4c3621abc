# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.deform_conv_backward_*`, of DCNv1, with torchvision."""
# ruff: noqa: N803  (mmcv passes these arguments by name)

from torch import Tensor

from .deform_conv_kernel import ConvShape, deform_conv_gradients

__all__ = ['deform_conv_backward_input', 'deform_conv_backward_parameters']


def deform_conv_backward_input(
    input: Tensor,
    offset: Tensor,
    gradOutput: Tensor,
    gradInput: Tensor,
    gradOffset: Tensor,
    weight: Tensor,
    columns: Tensor,
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
    """Write the gradients of input and offset.

    mmcv calls `deform_conv_backward_parameters` next, with the same `columns`.
    torchvision computes all gradients together, so the weight's is left there.

    Args:
        input: (N, C, H, W).
        offset: (N, deformable_group * kH * kW * 2, H', W').
        gradOutput: (N, C', H', W').
        gradInput: Written, of the shape of `input`.
        gradOffset: Written, of the shape of `offset`.
        weight: (C', C / group, kH, kW).
        columns: Resized and written, of the shape of `weight`.
        kW: The others are those of `deform_conv_forward`.
        kH: Unused.
        dW: Horizontal stride.
        dH: Vertical stride.
        padW: Horizontal padding.
        padH: Vertical padding.
        dilationW: Horizontal dilation.
        dilationH: Vertical dilation.
        group: Groups of channels of the convolution.
        deformable_group: Groups of channels with offsets of their own.
        im2col_step: Unused.
    """
    shape = ConvShape(
        (dH, dW), (padH, padW), (dilationH, dilationW), group, deformable_group
    )
    gradients = deform_conv_gradients(gradOutput, input, weight, offset, None, shape)
    gradInput.copy_(gradients[0])
    gradOffset.copy_(gradients[2])
    columns.resize_(weight.shape).copy_(gradients[1])


def deform_conv_backward_parameters(
    input: Tensor,
    offset: Tensor,
    gradOutput: Tensor,
    gradWeight: Tensor,
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
    scale: float,
    im2col_step: int,
) -> None:
    """Add `scale` times the gradient of the weight to `gradWeight`.

    Args:
        input: (N, C, H, W).
        offset: (N, deformable_group * kH * kW * 2, H', W').
        gradOutput: (N, C', H', W').
        gradWeight: Added to, (C', C / group, kH, kW).
        columns: What `deform_conv_backward_input` left there, which is used up; else
            empty, as if only the weight is trained.
        ones: Unused.
        kW: The others are those of `deform_conv_forward`.
        kH: Unused.
        dW: Horizontal stride.
        dH: Vertical stride.
        padW: Horizontal padding.
        padH: Vertical padding.
        dilationW: Horizontal dilation.
        dilationH: Vertical dilation.
        group: Groups of channels of the convolution.
        deformable_group: Groups of channels with offsets of their own.
        scale: Factor of the gradient.
        im2col_step: Unused.
    """
    if columns.shape == gradWeight.shape:
        gradient = columns
    else:
        shape = ConvShape(
            (dH, dW), (padH, padW), (dilationH, dilationW), group, deformable_group
        )
        gradient = deform_conv_gradients(
            gradOutput, input, gradWeight, offset, None, shape
        )[1]
    gradWeight.add_(gradient.to(gradWeight.dtype), alpha=scale)
    columns.resize_(0)

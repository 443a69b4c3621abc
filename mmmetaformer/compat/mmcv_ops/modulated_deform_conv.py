# SPDX-License-Identifier: Apache-2.0
"""Compute `mmcv._ext.modulated_deform_conv_*`, DCNv2, with torchvision."""

import torch
from torch import Tensor

from .deform_conv_kernel import ConvShape, deform_conv_gradients, deform_conv_output
from .larger_offsets import as_mmcv_reads

__all__ = ['modulated_deform_conv_backward', 'modulated_deform_conv_forward']


def modulated_deform_conv_forward(
    input: Tensor,
    weight: Tensor,
    bias: Tensor,
    ones: Tensor,
    offset: Tensor,
    mask: Tensor,
    output: Tensor,
    columns: Tensor,
    kernel_h: int,
    kernel_w: int,
    stride_h: int,
    stride_w: int,
    pad_h: int,
    pad_w: int,
    dilation_h: int,
    dilation_w: int,
    group: int,
    deformable_group: int,
    with_bias: bool,
) -> None:
    """Write the convolution to `output`; shapes as in `deform_conv_output`.

    Args:
        input: (N, C, H, W).
        weight: (C', C / group, kernel_h, kernel_w).
        bias: (C',); unused without `with_bias`.
        ones: Unused, a buffer of mmcv, like `columns`.
        offset: (N, deformable_group * kernel_h * kernel_w * 2, H', W'), or of a larger
            map: `larger_offsets.py`.
        mask: (N, deformable_group * kernel_h * kernel_w, H', W'), as `offset`.
        output: Written, (N, C', H', W').
        columns: Unused.
        kernel_h: Unused, the height of `weight`, like `kernel_w` its width.
        kernel_w: Unused.
        stride_h: Rows from one output to the next.
        stride_w: Columns from one output to the next.
        pad_h: Rows of zeros above and below.
        pad_w: Columns of zeros at the left and at the right.
        dilation_h: Rows from one tap of the kernel to the next.
        dilation_w: Columns from one tap to the next.
        group: Groups of channels of the convolution.
        deformable_group: Groups of channels with offsets of their own.
        with_bias: Whether `bias` is added.
    """
    shape = ConvShape(
        (stride_h, stride_w),
        (pad_h, pad_w),
        (dilation_h, dilation_w),
        group,
        deformable_group,
    )
    added = bias if with_bias else None
    offset, mask = (
        as_mmcv_reads(values.contiguous(), output.shape[2:])
        for values in (offset, mask)
    )
    output.copy_(deform_conv_output(input, weight, offset, mask, added, shape))


def modulated_deform_conv_backward(
    input: Tensor,
    weight: Tensor,
    bias: Tensor,
    ones: Tensor,
    offset: Tensor,
    mask: Tensor,
    columns: Tensor,
    grad_input: Tensor,
    grad_weight: Tensor,
    grad_bias: Tensor,
    grad_offset: Tensor,
    grad_mask: Tensor,
    grad_output: Tensor,
    kernel_h: int,
    kernel_w: int,
    stride_h: int,
    stride_w: int,
    pad_h: int,
    pad_w: int,
    dilation_h: int,
    dilation_w: int,
    group: int,
    deformable_group: int,
    with_bias: bool,
) -> None:
    """Write the gradients to the five tensors `grad_*` but `grad_output`.

    Args:
        input: As in `modulated_deform_conv_forward`, like all but the next six.
        weight: (C', C / group, kernel_h, kernel_w).
        bias: Unused.
        ones: Unused.
        offset: (N, deformable_group * kernel_h * kernel_w * 2, H', W').
        mask: (N, deformable_group * kernel_h * kernel_w, H', W').
        columns: Unused.
        grad_input: Written, of the shape of `input`, and so on.
        grad_weight: Written.
        grad_bias: Written with `with_bias`.
        grad_offset: Written.
        grad_mask: Written.
        grad_output: (N, C', H', W').
        kernel_h: Unused.
        kernel_w: Unused.
        stride_h: Rows from one output to the next.
        stride_w: Columns from one output to the next.
        pad_h: Rows of zeros above and below.
        pad_w: Columns of zeros at the left and at the right.
        dilation_h: Rows from one tap of the kernel to the next.
        dilation_w: Columns from one tap to the next.
        group: Groups of channels of the convolution.
        deformable_group: Groups of channels with offsets of their own.
        with_bias: Whether there is a bias.
    """
    shape = ConvShape(
        (stride_h, stride_w),
        (pad_h, pad_w),
        (dilation_h, dilation_w),
        group,
        deformable_group,
    )
    size = grad_output.shape[2:]
    offset, mask = (
        as_mmcv_reads(values.contiguous(), size) for values in (offset, mask)
    )
    gradients = deform_conv_gradients(grad_output, input, weight, offset, mask, shape)
    written = [grad_input, grad_weight, grad_offset, grad_mask]
    if with_bias:
        written.append(grad_bias)
    for into, gradient in zip(written, gradients, strict=False):
        if into.shape == gradient.shape:
            into.copy_(gradient)
            continue
        # What was not read has no gradient.
        whole = torch.zeros_like(into, memory_format=torch.contiguous_format)
        as_mmcv_reads(whole, size).copy_(gradient)
        into.copy_(whole)
